package node

import (
	"math"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// The kinds of limit, as warnings and errors name them.
const (
	limitStorageMax = "storageMax"
	limitQuota      = "quota"
)

// lowMarks are the percentages of a limit at which it is called near.
var lowMarks = [...]float64{80, 95}

// markSlack is how many percent a level has to fall below a mark before crossing
// it again is news.
const markSlack = 5

// A gauge follows how near one limit is.
type gauge struct {
	kind        string
	used, limit uint64
	marks       int // how many of lowMarks are crossed
}

// percent is the level; 0 without a limit.
func (g *gauge) percent() float64 {
	if g.limit == 0 {
		return 0
	}
	return 100 * float64(g.used) / float64(g.limit)
}

// set notes a new level. It returns whether a mark was crossed, up or down.
func (g *gauge) set(used, limit uint64) (up, down bool) {
	g.used, g.limit = used, limit
	before, level := g.marks, g.percent()
	for g.marks < len(lowMarks) && level >= lowMarks[g.marks] {
		g.marks++
	}
	for g.marks > 0 && level < lowMarks[g.marks-1]-markSlack {
		g.marks--
	}
	return g.marks > before, g.marks < before
}

// warning tells of the level.
func (g *gauge) warning() nodeapi.Warning {
	what := "the repo's limit"
	if g.kind == limitQuota {
		what = "what the browser lets this origin have"
	}
	err := nodeapi.Errorf(nodeapi.CodeStorageLow, g.details(), "%d of %d bytes used: %.0f %% of %s", g.used, g.limit, math.Floor(g.percent()), what)
	return nodeapi.Warning{Code: err.Code, Message: err.Message, Details: err.Details}
}

func (g *gauge) details() map[string]any {
	return map[string]any{"used": g.used, "limit": g.limit, "kind": g.kind}
}

// until returns how many bytes are left until the level is at a percentage.
func (g *gauge) until(percent float64) uint64 {
	if at := percent / 100 * float64(g.limit); at > float64(g.used) {
		return uint64(at) - g.used
	}
	return 0
}

// patience is how many bytes may be written before the level matters again,
// given what other percentages to look out for. What is written may turn out to take
// more room, so that it is a part of what is left; never too little a part, or
// each write would be a reason to look.
func (g *gauge) patience(also ...float64) uint64 {
	if g.limit == 0 {
		return math.MaxUint64
	}
	least := uint64(math.MaxUint64)
	for _, mark := range append(also, lowMarks[g.marks:]...) {
		least = min(least, g.until(mark)/4)
	}
	return max(least, g.limit/200, 1)
}
