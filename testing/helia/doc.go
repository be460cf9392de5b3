// Package helia has Helia run on the stores of sharednode/helia, in a real
// browser: the suites of interface-blockstore and interface-datastore, and an app
// with @helia/unixfs in two tabs that share one store. What is bundled for the
// pages comes from npm into web.
package helia
