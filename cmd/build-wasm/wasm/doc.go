// Command wasm is the worker's program: it puts a node over IndexedDB behind a
// server, and serves the ports that the worker's script hands it. Everything it
// needs to know of its surroundings is in globalThis.sharednode, which the
// script sets before it starts this:
//
//	repo    string    names the database and the lock, "sharednode:<repo>"
//	accept  function  set here, called by the script with each MessagePort
//
// Apart from this comment the command exists for js/wasm only.
package main
