package torture

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// history is what was asked, acknowledged, killed and found, in order. It is
// kept outside of all browsers, so that it survives them. The zero value is
// ready.
type history struct {
	start  time.Time
	events []event
}

type event struct {
	at        time.Duration
	object    any  // or a place; nil where it is about none
	operation bool // of the load, and not a landmark in it
	text      string
}

// add adds what was asked of a page or answered by it.
func (h *history) add(o any, format string, args ...any) {
	h.append(event{object: o, operation: true, text: fmt.Sprintf(format, args...)})
}

// mark adds a landmark: what was killed, opened, met or found.
func (h *history) mark(format string, args ...any) {
	h.append(event{text: fmt.Sprintf(format, args...)})
}

func (h *history) append(e event) {
	if h.start.IsZero() {
		h.start = time.Now()
	}
	e.at = time.Since(h.start)
	h.events = append(h.events, e)
}

// recent is how many events are told with a fault beside those of its object,
// and how many landmarks.
const recent = 60

// tell returns the events about some objects, and the last ones of all.
func (h *history) tell(about map[any]bool) string {
	var lines []string
	landmarks := 0
	for i, e := range slices.Backward(h.events) {
		wanted := e.object != nil && about[e.object] || i >= len(h.events)-recent
		if !e.operation {
			landmarks++
			wanted = wanted || landmarks <= recent
		}
		if wanted {
			lines = append(lines, fmt.Sprintf("%9.3f s  %s", e.at.Seconds(), e.text))
		}
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}
