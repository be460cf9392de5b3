package main

import (
	"maps"
	"slices"
)

// A spread is several measurements of one thing.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
	N      int     `json:"n"`
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	median := sorted[mid]
	if len(sorted)%2 == 0 {
		median = (sorted[mid-1] + sorted[mid]) / 2
	}
	return spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1], N: len(sorted)}
}

// A row is what all repetitions say of one figure.
type row struct {
	Key     string            `json:"key"`
	Title   string            `json:"title"`
	Unit    string            `json:"unit"`
	Lower   bool              `json:"lowerIsBetter"`
	Systems map[string]spread `json:"systems"`
	// Ahead says, by peer, how many times better we are: the ratio within each
	// repetition, turned so that more than 1 is ahead.
	Ahead map[string]spread `json:"ahead,omitempty"`
}

// summarize makes the rows of all figures that any run has.
func summarize(runs []*run) []row {
	var rows []row
	for _, f := range figures {
		r := row{Key: f.key(), Title: f.title, Unit: f.unit, Lower: f.lower, Systems: map[string]spread{}, Ahead: map[string]spread{}}
		byRep := map[string]map[int]float64{}
		for _, run := range runs {
			if value, ok := run.Figures[f.key()]; ok {
				if byRep[run.System] == nil {
					byRep[run.System] = map[int]float64{}
				}
				byRep[run.System][run.Rep] = value
			}
		}
		for name, values := range byRep {
			r.Systems[name] = spreadOf(slices.Collect(maps.Values(values)))
			if name != ours {
				if ratios := ratiosOf(byRep[ours], values, f.lower); len(ratios) > 0 {
					r.Ahead[name] = spreadOf(ratios)
				}
			}
		}
		if len(r.Systems) > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// ratiosOf returns how many times better mine is than theirs in each repetition
// that has both. Memory above a blank tab may come out as nothing or less, of
// which there is no ratio.
func ratiosOf(mine, theirs map[int]float64, lower bool) []float64 {
	var ratios []float64
	for rep, m := range mine {
		t, ok := theirs[rep]
		if !ok || m <= 0 || t <= 0 {
			continue
		}
		if lower {
			m, t = t, m
		}
		ratios = append(ratios, m/t)
	}
	return ratios
}

// differences returns the work of one repetition in which systems that were
// asked for the same gave different CIDs. What the browser does alone has none.
func differences(runs []*run) []string {
	runs = slices.DeleteFunc(slices.Clone(runs), func(r *run) bool {
		i := indexOf(r.System)
		return i >= 0 && systems[i].limit
	})
	if len(runs) == 0 {
		return nil
	}
	var found []string
	for work := range sameCIDs {
		for _, r := range runs[1:] {
			if !slices.Equal(r.cids[work], runs[0].cids[work]) {
				found = append(found, work+": "+r.System+" and "+runs[0].System)
			}
		}
	}
	slices.Sort(found)
	return found
}
