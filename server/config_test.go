package server

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestConflicts(t *testing.T) {
	running := nodeapi.Config{Durability: "relaxed", StorageMax: 10}
	for _, tc := range []struct {
		name   string
		wanted nodeapi.Config
		want   []string
	}{
		{"nothing asked", nodeapi.Config{}, nil},
		{"the same", running, nil},
		{"a part of it", nodeapi.Config{StorageMax: 10}, nil},
		{"one other", nodeapi.Config{Durability: "strict", StorageMax: 10}, []string{"durability"}},
		{"all other", nodeapi.Config{Durability: "strict", StorageMax: 11}, []string{"durability", "storageMax"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fields := conflicts(tc.wanted, running)
			if got := slices.Sorted(maps.Keys(fields)); !slices.Equal(got, tc.want) {
				t.Errorf("got %v; want %v", got, tc.want)
			}
		})
	}
}

// A field added to the configuration must be compared, or two tabs would
// silently share what one of them did not ask for.
func TestConflictsKnowsEveryField(t *testing.T) {
	for field := range reflect.TypeFor[nodeapi.Config]().Fields() {
		if field.Type.Kind() == reflect.Slice {
			continue // a list grows
		}
		var wanted nodeapi.Config
		v := reflect.ValueOf(&wanted).Elem().FieldByIndex(field.Index)
		switch v.Kind() {
		case reflect.String:
			v.SetString("x")
		case reflect.Uint64:
			v.SetUint(1)
		default:
			t.Fatalf("field %s: teach this test its kind %s", field.Name, v.Kind())
		}
		name, _, _ := strings.Cut(field.Tag.Get("cbor"), ",")
		if _, ok := conflicts(wanted, nodeapi.Config{})[name]; !ok {
			t.Errorf("a conflict in %s is not seen", name)
		}
	}
}

func TestCheckConfig(t *testing.T) {
	err := checkConfig(nodeapi.Config{Durability: "strict"}, nodeapi.Config{Durability: "relaxed"})
	var e *nodeapi.Error
	if !errors.As(err, &e) || e.Code != nodeapi.CodeConfigConflict {
		t.Fatalf("got %v; want %s", err, nodeapi.CodeConfigConflict)
	}
	want := map[string]any{"fields": map[string]any{
		"durability": map[string]any{"wanted": "strict", "running": "relaxed"},
	}}
	if !reflect.DeepEqual(e.Details, want) {
		t.Errorf("got details %v; want %v", e.Details, want)
	}
}
