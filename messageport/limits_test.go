package messageport

import "testing"

func TestLimits(t *testing.T) {
	standard := Limits{
		MaxFrame: 1 << 20, MaxCalls: 512, MaxUploads: 128, Window: 256 << 10,
		MaxWindow: 4 << 20, WindowBudget: 16 << 20, MaxUnread: 16 << 20,
	}
	tests := []struct {
		name  string
		given Limits
		want  func(*Limits) // what changes in the standard ones
	}{
		{"none given", Limits{}, func(*Limits) {}},
		{"too low", Limits{-1, -1, -1, -1, -1, -1, -1}, func(l *Limits) {
			*l = Limits{MaxFrame: minMaxFrame, MaxCalls: 1, MaxUploads: 1, Window: MinWindow, MaxWindow: MinWindow, MaxUnread: 64 << 10}
		}},
		{"too high", Limits{MaxFrame: 2 << 20, Window: 2 << 30, MaxWindow: 2 << 30}, func(l *Limits) {
			l.MaxFrame, l.Window, l.MaxWindow = 1<<20, 1<<30, 1<<30
		}},
		{"a window above the standard maximum", Limits{Window: 8 << 20}, func(l *Limits) {
			l.Window, l.MaxWindow = 8<<20, 8<<20
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := standard
			test.want(&want)
			if got := test.given.withDefaults(); got != want {
				t.Errorf("got %+v; want %+v", got, want)
			}
		})
	}
}
