package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const events = `{"Action":"start","Package":"p"}
{"Action":"run","Test":"TestGood"}
{"Action":"output","Test":"TestGood","Output":"    tabs_test.go:3: a word\n"}
{"Action":"pass","Test":"TestGood"}
{"Action":"output","Test":"TestParts/one","Output":"    closed_test.go:19: no \"crashes\" here\n"}
{"Action":"output","Test":"TestParts/one","Output":"--- SKIP: TestParts/one (0.00s)\n"}
{"Action":"skip","Test":"TestParts/one"}
{"Action":"pass","Test":"TestParts/two"}
{"Action":"pass","Test":"TestParts"}
{"Action":"output","Test":"TestBad","Output":"    tabs_test.go:9: it is bad\n"}
{"Action":"fail","Test":"TestBad"}
not JSON
{"Action":"output","Output":"FAIL\n"}
{"Action":"output","Test":"TestHangs","Output":"panic: too late\n"}
{"Action":"fail","Package":"p"}
`

func TestRecord(t *testing.T) {
	var out strings.Builder
	tests, err := record(strings.NewReader(events), &out)
	if err != nil {
		t.Fatal(err)
	}
	want := []Test{
		{Name: "TestGood", Outcome: "pass"},
		{Name: "TestParts/one", Outcome: "skip", Why: `no "crashes" here`},
		{Name: "TestParts", Outcome: "pass"},
		{Name: "TestBad", Outcome: "fail"},
	}
	if !reflect.DeepEqual(tests, want) {
		t.Errorf("got %+v; want %+v", tests, want)
	}
	for _, line := range []string{"it is bad", "not JSON", "FAIL", "too late"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not printed", line)
		}
	}
	if strings.Contains(out.String(), "a word") {
		t.Error("the words of a test that passed are printed")
	}
}

func TestTable(t *testing.T) {
	files := map[string]string{"TestShare": "tabs_test.go", "TestClose": "closed_test.go", "TestCrash": "closed_test.go", "TestFull": "full_test.go"}
	runs := []Run{
		{Engine: "chromium", Worker: "dedicated", Tests: []Test{
			{Name: "TestShare", Outcome: "pass"}, {Name: "TestClose", Outcome: "pass"}, {Name: "TestFull", Outcome: "pass"},
		}},
		{Engine: "webkit", Worker: "shared", Tests: []Test{
			{Name: "TestShare", Outcome: "fail"},
			{Name: "TestClose", Outcome: "pass"},
			{Name: "TestCrash", Outcome: "skip", Why: "no crashes"},
			{Name: "TestFull", Outcome: "skip", Why: "no quota"},
		}},
	}
	got, err := table(runs, files)
	want := "| | Chromium without SharedWorker | WebKitGTK |\n|---|---|---|\n" +
		"| " + features[0].title + " | yes | fails |\n" +
		"| " + features[1].title + " | yes | yes, tested in part (1) |\n" +
		"| Storage full, cleared, persistent | yes | not tested (2) |\n" +
		"\n1. no crashes\n2. no quota\n"
	if err != nil || got != want {
		t.Errorf("got %v,\n%s\nwant\n%s", err, got, want)
	}
	if _, err := table([]Run{{Tests: []Test{{Name: "TestNew"}}}}, files); err == nil {
		t.Error("a test of no feature is passed over")
	}
}

// TestEveryFileHasAFeature wants no test left out of the table.
func TestEveryFileHasAFeature(t *testing.T) {
	files, err := testFiles("..")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d tests, %v", len(files), err)
	}
	for test, file := range files {
		if rowOf(file) < 0 {
			t.Errorf("%s in %s belongs to no feature: add the file to features.go", test, file)
		}
	}
}

func TestReadme(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	put := func(content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := &readme{path}
	put("no marks\n")
	if err := r.put("table\n", true); err == nil {
		t.Error("a README without marks is taken")
	}
	put("before\n" + beginMark + "old\n" + endMark + "after\n")
	if err := r.put("table\n", false); err == nil {
		t.Error("an old table is taken")
	}
	if err := r.put("table\n", true); err != nil {
		t.Fatal(err)
	}
	if err := r.put("table\n", false); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(path)
	if want := "before\n" + beginMark + "\ntable\n\n" + endMark + "after\n"; err != nil || string(data) != want {
		t.Errorf("got %v, %q; want %q", err, data, want)
	}
}
