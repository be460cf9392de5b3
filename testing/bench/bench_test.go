package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/node/car"
)

func TestSpreadOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   spread
		text   string
	}{
		{"nothing", nil, spread{}, "–"},
		{"one", []float64{42}, spread{42, 42, 42, 1}, "42.0"},
		{"odd", []float64{3, 1, 2}, spread{2, 1, 3, 3}, "2.00 (1.00–3.00)"},
		{"even", []float64{400, 100, 200, 300}, spread{250, 100, 400, 4}, "250 (100–400)"},
		{"below nothing", []float64{-3, 0}, spread{-1.5, -3, 0, 2}, "-1.50 (-3.00–0.000)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := spreadOf(c.values); got != c.want {
				t.Errorf("got %+v; want %+v", got, c.want)
			}
			if got := c.want.text(); got != c.text {
				t.Errorf("got %q; want %q", got, c.text)
			}
		})
	}
}

// twoReps are figures of which ours is twice as good in the first repetition and
// four times in the second, whichever way is better.
func twoReps() []*run {
	figures := func(rate, ms float64) map[string]float64 {
		return map[string]float64{"file.add": rate, "start.cold": ms}
	}
	return []*run{
		{System: ours, Rep: 0, Figures: figures(20, 100)},
		{System: "helia", Rep: 0, Figures: figures(10, 200)},
		{System: "helia", Rep: 1, Figures: figures(100, 2000)},
		{System: ours, Rep: 1, Figures: figures(400, 500)},
		{System: "jsipfs", Rep: 1, Figures: map[string]float64{"file.add": -1}},
	}
}

func TestSummarizeComparesWithinRepetitions(t *testing.T) {
	rows := summarize(twoReps())
	if len(rows) != 2 {
		t.Fatalf("got %d rows; want the two that were measured", len(rows))
	}
	for _, r := range rows {
		if want := (spread{3, 2, 4, 2}); r.Ahead["helia"] != want {
			t.Errorf("%s: got %+v; want %+v", r.Title, r.Ahead["helia"], want)
		}
		if _, ok := r.Ahead["jsipfs"]; ok {
			t.Errorf("%s: a ratio of what has none", r.Title)
		}
	}
}

func TestDifferences(t *testing.T) {
	with := func(name, cid string) *run {
		return &run{System: name, cids: map[string][]string{"dag": {cid}, "file": {name}}}
	}
	if got := differences([]*run{with("a", "x"), with("b", "x")}); got != nil {
		t.Errorf("same CIDs: got %v", got)
	}
	if got := differences([]*run{{System: "platform"}, with("a", "x"), with("b", "x")}); got != nil {
		t.Errorf("beside what has no CIDs: got %v", got)
	}
	if got := differences([]*run{with("a", "x"), with("b", "y")}); !slices.Equal(got, []string{"dag: b and a"}) {
		t.Errorf("different CIDs: got %v", got)
	}
}

func TestTable(t *testing.T) {
	r := &report{Reps: 2, Runs: twoReps(), Rows: summarize(twoReps()), Versions: map[string]string{"helia": "helia 7"}}
	var b strings.Builder
	r.writeTable(&b, []system{systems[0], systems[2]})
	for _, want := range []string{
		"| work | unit | Sharednode | Helia | ahead of Helia |\n|---|---|---|---|---|\n",
		"| MiB/s | 210 (20.0–400) | 55.0 (10.0–100) | 3.00× (2.00–4.00) |\n",
		"| ms ↓ | 300 (100–500) |",
		"helia 7",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestChartIsXMLWithABarPerRatio(t *testing.T) {
	svg := chart(summarize(twoReps()), systems[1:3], `a <note> & more`)
	if got, want := elements(t, svg, "rect"), 1+2+2; got != want { // background, legend, bars
		t.Errorf("got %d rectangles; want %d", got, want)
	}
}

func TestCurvesAreThoseMeasuredWhole(t *testing.T) {
	r := &run{System: ours, Figures: map[string]float64{"growth.add10000": 50}}
	for i, n := range crowds {
		r.Figures["growth."+tabCurves[0].key(n)] = float64(100 * i)
	}
	panels := panelsOf(summarize([]*run{r}))
	if len(panels) != 1 || panels[0].curve != tabCurves[0] {
		t.Fatalf("got %+v", panels)
	}
	if got := elements(t, drawCurves(panels, `a <note> & more`), "circle"); got != len(crowds) {
		t.Errorf("got %d points; want %d", got, len(crowds))
	}
}

func TestArchiveIsWhole(t *testing.T) {
	var b bytes.Buffer
	if err := writeArchive(&b, 3); err != nil {
		t.Fatal(err)
	}
	r, err := car.NewReader(&b, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]bool{}
	for {
		c, data, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if sum, err := c.Prefix().Sum(data); err != nil || !sum.Equals(c) {
			t.Fatalf("%s holds other bytes: %v", c, err)
		}
		blocks[c.String()] = true
	}
	if want := archiveLeaves + archiveNodes + 1; len(blocks) != want {
		t.Errorf("got %d blocks; want %d", len(blocks), want)
	}
	if !blocks[leafAt(3*archiveLeaves+42).Cid().String()] {
		t.Error("a leaf is not there")
	}
}

// elements counts the elements of a name in a picture, which has to be XML.
func elements(t *testing.T, svg, name string) (count int) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == name {
			count++
		}
	}
	return count
}

func TestLogScale(t *testing.T) {
	s := logScale{limit: 8}
	if s.x(1) != (s.x(8)+s.x(1./8))/2 {
		t.Error("1 is not in the middle")
	}
	if left, right := s.x(1)-s.x(0.5), s.x(2)-s.x(1); math.Abs(left-right) > 1e-9 {
		t.Errorf("half is %v away, twice %v", left, right)
	}
}

func TestParse(t *testing.T) {
	c, err := parse([]string{"-quick", "-systems", "helia,sharednode", "-work", "file,dag"})
	if err != nil || c.reps != 1 || len(c.systems) != 2 || c.systems[0].name != "helia" || !slices.Equal(c.work, []string{"file", "dag"}) {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, args := range [][]string{{"-systems", "ipfs"}, {"-work", "sleep"}, {"-reps", "0"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

func TestEveryJobHasFigures(t *testing.T) {
	for _, j := range jobs(0) {
		if !slices.ContainsFunc(figures, func(f figure) bool { return f.work == j.work }) {
			t.Errorf("%s: no row shows it", j.work)
		}
	}
}
