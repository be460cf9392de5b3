// Package browser holds the tests of the whole: the npm package as it is built,
// in pages of a real browser, the node in its worker over real IndexedDB.
// They run where SHAREDNODE_BROWSER is set, on dist/ or what SHAREDNODE_DIST
// names, in the engine that SHAREDNODE_ENGINE names: "chromium" (the default),
// "firefox" or "webkit". SHAREDNODE_WORKER says where the node is to run: "shared"
// (the default), or "dedicated", in a worker of an elected tab.
package browser
