package main

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// A report is all that a call of the command found.
type report struct {
	Taken    string            `json:"taken"`
	Machine  machine           `json:"machine"`
	Reps     int               `json:"reps"`
	Versions map[string]string `json:"versions"`
	Settings map[string]string `json:"settings"`
	Rows     []row             `json:"rows"`
	Runs     []*run            `json:"runs"`
}

// writeTable writes the rows as a Markdown table, and under it what one must
// know to read it.
func (r *report) writeTable(w io.Writer, systems []system) {
	head, line := "| work | unit |", "|---|---|"
	for _, s := range systems {
		head, line = head+" "+s.title+" |", line+"---|"
	}
	peers := peersOf(systems)
	for _, s := range peers {
		head, line = head+" "+s.comparison()+" |", line+"---|"
	}
	fmt.Fprintf(w, "%s\n%s\n", head, line)
	for _, row := range r.Rows {
		unit := row.Unit
		if row.Lower {
			unit += " ↓"
		}
		fmt.Fprintf(w, "| %s | %s |", row.Title, unit)
		for _, s := range systems {
			fmt.Fprintf(w, " %s |", row.Systems[s.name].text())
		}
		for _, s := range peers {
			fmt.Fprintf(w, " %s |", row.Ahead[s.name].times())
		}
		fmt.Fprintln(w)
	}
	r.writeNotes(w, systems)
}

func (r *report) writeNotes(w io.Writer, systems []system) {
	fmt.Fprintf(w, "\nMedians of %d repetitions in fresh profiles, taken in turns (least–most). ↓: the lower the better. "+
		"Ahead: median of the ratios within the repetitions, more than 1 is better. "+
		"Pages and programs come from the loopback interface, uncompressed and cacheable.\n", r.Reps)
	fmt.Fprintf(w, "%s; %s, %d cores; %s; load %s to %s.\n", r.Taken, r.Machine.CPU, r.Machine.Cores, r.Machine.Browser,
		r.Runs[0].Load, r.Runs[len(r.Runs)-1].Load)
	for _, s := range systems {
		fmt.Fprintf(w, "- %s: %s. %s.\n", s.title, r.Versions[s.name], r.Settings[s.name])
	}
}

// comparison says what the ratio of our figure to the system's is.
func (s system) comparison() string {
	if s.limit {
		return "of what " + s.title + " does"
	}
	return "ahead of " + s.title
}

// peersOf returns the systems that we are compared with, that of the limit among
// them: none if we are not measured.
func peersOf(systems []system) []system {
	var peers []system
	found := false
	for _, s := range systems {
		if s.name == ours {
			found = true
		} else {
			peers = append(peers, s)
		}
	}
	if !found {
		return nil
	}
	return peers
}

// text gives a spread as "12.3 (11.9–13.0)".
func (s spread) text() string {
	switch s.N {
	case 0:
		return "–"
	case 1:
		return number(s.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", number(s.Median), number(s.Min), number(s.Max))
}

// times gives a spread of ratios as "1.23× (1.20–1.31)".
func (s spread) times() string {
	median, rest, _ := strings.Cut(s.text(), " ")
	if s.N == 0 {
		return median
	}
	return strings.TrimSpace(median + "× " + rest)
}

// number gives three digits that mean something.
func number(x float64) string {
	digits := 2 - int(math.Floor(math.Log10(max(math.Abs(x), 0.1))))
	return fmt.Sprintf("%.*f", max(digits, 0), x)
}
