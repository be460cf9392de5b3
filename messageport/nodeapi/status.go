package nodeapi

// The values of Worker.Kind.
const (
	WorkerShared    = "shared"
	WorkerDedicated = "dedicated"
	WorkerNative    = "native"
)

// Worker says where a node runs.
type Worker struct {
	Kind    string `cbor:"kind"`          // "shared", "dedicated" or "native"
	URL     string `cbor:"url,omitempty"` // of its script, in a browser
	Version string `cbor:"version"`
	Epoch   string `cbor:"epoch"`
}

// Status is the server's own account of itself. What is dear to count is as it
// was last counted. Names are cut at 128 bytes, and where all of it would take
// more than half a megabyte the lists of sessions are cut too.
type Status struct {
	Worker   Worker          `cbor:"worker"`  // the holder of the repo's lock
	Started  int64           `cbor:"started"` // Unix milliseconds
	Now      StatusSample    `cbor:"now"`
	Topics   []string        `cbor:"topics"` // that the node listens to
	Sessions []SessionStatus `cbor:"sessions"`
}

// StatusSample is a set of figures of one moment.
type StatusSample struct {
	Time       int64  `cbor:"time"`   // Unix milliseconds
	Memory     uint64 `cbor:"memory"` // bytes taken from the system
	Heap       uint64 `cbor:"heap"`   // bytes of it in live and dead objects
	Goroutines uint64 `cbor:"goroutines"`
	Sessions   uint64 `cbor:"sessions"`
	Calls      uint64 `cbor:"calls"`    // now open
	Received   uint64 `cbor:"received"` // bytes from clients, since the start
	Sent       uint64 `cbor:"sent"`     // bytes to clients, since the start
	Peers      uint64 `cbor:"peers"`    // connected
	Blocks     uint64 `cbor:"blocks"`   // in the repo
	RepoSize   uint64 `cbor:"repoSize"` // bytes of them
	Usage      uint64 `cbor:"usage"`    // bytes that the origin uses
	Quota      uint64 `cbor:"quota"`    // bytes that it may use; 0 if not known
}

// SamplesRequest asks for what was sampled.
type SamplesRequest struct {
	Since int64 `cbor:"since,omitempty"` // Unix milliseconds; later ones alone
}

// SampleList is a list of samples, the oldest first.
type SampleList struct {
	Samples []StatusSample `cbor:"samples"`
}

// SessionStatus is the account of one session.
type SessionStatus struct {
	ID        string       `cbor:"id"`
	Client    string       `cbor:"client"`  // what it calls itself
	Started   int64        `cbor:"started"` // Unix milliseconds
	Calls     []CallStatus `cbor:"calls"`   // now open: the 32 oldest
	Topics    []string     `cbor:"topics"`  // that it listens to
	Rooms     []string     `cbor:"rooms"`   // that it is in
	Protocols []string     `cbor:"protocols"`
	Received  uint64       `cbor:"received"` // bytes
	Sent      uint64       `cbor:"sent"`     // bytes
	// Port is that by which the session can be revoked, and Origin the one whose
	// grants it has; left out where it has none, and so all rights.
	Port   string `cbor:"port,omitempty"`
	Origin string `cbor:"origin,omitempty"`
}

// CallStatus is the account of one open call.
type CallStatus struct {
	Method   string `cbor:"method"`
	Started  int64  `cbor:"started"`  // Unix milliseconds
	Received uint64 `cbor:"received"` // bytes
	Sent     uint64 `cbor:"sent"`     // bytes
}

// NodeEvent is one thing that a node tells of itself: one of Config and Warning
// is set.
type NodeEvent struct {
	// Config is the configuration in force, told at first and with each change.
	Config *Config `cbor:"config,omitempty"`
	// Warning is what is no call's error.
	Warning *Warning `cbor:"warning,omitempty"`
	// Dropped is how many warnings before this one were lost because the client
	// did not read in time.
	Dropped uint64 `cbor:"dropped,omitempty"`
}

// Warning is a NodeEvent that asks for attention.
type Warning struct {
	Code    Code           `cbor:"code"`
	Message string         `cbor:"message"`
	Details map[string]any `cbor:"details,omitempty"`
}

// LogLine is one line of the log. In the place of lines that went by unread
// comes one of the subsystem "journal" that has their number as "missed".
type LogLine struct {
	Time      int64  `cbor:"time"`      // Unix milliseconds
	Level     string `cbor:"level"`     // "debug", "info", "warn" or "error"
	Subsystem string `cbor:"subsystem"` // the part that wrote it
	Message   string `cbor:"message"`
	// Fields are the line's values, "name=value" each.
	Fields []string `cbor:"fields,omitempty"`
}

// LogLevel is the level from which a subsystem's lines are kept.
type LogLevel struct {
	Subsystem string `cbor:"subsystem"` // "*" for all of them
	Level     string `cbor:"level"`     // "debug", "info", "warn" or "error"
}

// LogLevels are the levels of all subsystems that are known, by name.
type LogLevels struct {
	Levels []LogLevel `cbor:"levels"`
}

// LogTailRequest asks for the log.
type LogTailRequest struct {
	Lines  uint64 `cbor:"lines,omitempty"`  // at most so many of those kept; 0 for all
	Follow bool   `cbor:"follow,omitempty"` // then each new one, until the call is cancelled
}
