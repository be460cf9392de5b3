package torture

import (
	"fmt"
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
	at     time.Duration
	object *object // nil where it is about none
	text   string
}

func (h *history) add(o *object, format string, args ...any) {
	if h.start.IsZero() {
		h.start = time.Now()
	}
	h.events = append(h.events, event{time.Since(h.start), o, fmt.Sprintf(format, args...)})
}

// recent is how many events are told with a fault beside those of its object.
const recent = 60

// tell returns the events about some objects, and the last ones of all.
func (h *history) tell(about map[*object]bool) string {
	var text strings.Builder
	for i, e := range h.events {
		if (e.object != nil && about[e.object]) || i >= len(h.events)-recent {
			fmt.Fprintf(&text, "%9.3f s  %s\n", e.at.Seconds(), e.text)
		}
	}
	return text.String()
}
