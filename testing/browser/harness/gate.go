package harness

import "os"

// Skip returns why tests in real browsers are not run, or nothing if they are:
// they are if SHAREDNODE_BROWSER is set. Where it is set and the browser is
// missing, launching fails, and so does the test.
func Skip() string {
	if os.Getenv("SHAREDNODE_BROWSER") != "" {
		return ""
	}
	return "runs a real browser; set SHAREDNODE_BROWSER=1 to run it"
}
