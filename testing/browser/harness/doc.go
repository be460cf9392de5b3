// Package harness drives real browsers for tests and measurements: several tabs
// in one profile, so that they share one SharedWorker; JavaScript run in a tab
// with its result back as JSON; tabs that crash and browsers that are killed;
// what pages and workers wrote to their consoles; and the HTTP server that the
// pages come from.
//
// It says what happened and leaves the judging to its callers, so it does not
// import testing. Chromium is driven through the DevTools protocol, Firefox
// through WebDriver BiDi and WebKitGTK through WebDriver; Browser and Tab ask for what every engine can do, and
// what only Chromium can do is on *Chromium itself.
package harness
