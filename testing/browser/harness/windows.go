package harness

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// lookEvery is how often it is looked whether a window is open.
const lookEvery = 50 * time.Millisecond

// opened asks until there is a tab.
func opened(ctx context.Context, part string, look func() (Tab, error)) (Tab, error) {
	for {
		t, err := look()
		if err == nil && t != nil {
			return t, nil
		}
		select {
		case <-time.After(lookEvery):
		case <-ctx.Done():
			return nil, fmt.Errorf("harness: no window at %s: %w", part, errors.Join(err, ctx.Err()))
		}
	}
}

// mouse is a click as WebDriver has it.
func mouse(x, y int) []map[string]any {
	return []map[string]any{{
		"type": "pointer", "id": "mouse", "parameters": map[string]any{"pointerType": "mouse"},
		"actions": []map[string]any{
			{"type": "pointerMove", "x": x, "y": y, "duration": 0},
			{"type": "pointerDown", "button": 0},
			{"type": "pointerUp", "button": 0},
		},
	}}
}
