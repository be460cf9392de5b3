package server

import (
	"slices"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// However much the sessions do, and however long the names are that they give
// to it, it can be told: of all of them, if not all of it.
func TestFit(t *testing.T) {
	name := clip(strings.Repeat("n", 1000))
	for _, test := range []struct {
		name            string
		sessions, calls int
		names           int
		min, max        int // calls of each session that are told
	}{
		{"usual", 8, 512, 64, 512, 512},
		{"many calls", 64, 512, 0, 64, 256},
		{"all there can be", 256, 512, 64, 1, 16},
	} {
		t.Run(test.name, func(t *testing.T) {
			names := slices.Repeat([]string{name}, test.names)
			status := nodeapi.Status{Topics: slices.Repeat(names, test.sessions)}
			for range test.sessions {
				status.Sessions = append(status.Sessions, nodeapi.SessionStatus{
					ID: strings.Repeat("i", 40), Client: name, Topics: names, Rooms: names, Protocols: names,
					Calls: slices.Repeat([]nodeapi.CallStatus{{Method: "libp2p.dialProtocol", Started: 1 << 40}}, test.calls),
				})
			}
			data, err := fit(status)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > maxStatus {
				t.Errorf("got %d bytes; the most is %d", len(data), maxStatus)
			}
			var got nodeapi.Status
			if err := messageport.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Sessions) != test.sessions {
				t.Errorf("got %d sessions; want %d", len(got.Sessions), test.sessions)
			}
			for _, s := range got.Sessions {
				if n := len(s.Calls); n < test.min || n > test.max {
					t.Fatalf("got %d calls; want %d to %d", n, test.min, test.max)
				}
			}
		})
	}
}
