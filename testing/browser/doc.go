// Package browser holds the tests of the whole: the npm package as it is built,
// in pages of a real browser, the node in its SharedWorker over real IndexedDB.
// They run where SHAREDNODE_BROWSER is set, on dist/ or what SHAREDNODE_DIST
// names, in the engine that SHAREDNODE_ENGINE names: "chromium" (the default),
// "firefox" or "webkit".
package browser
