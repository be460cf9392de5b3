// Package wasmbuild makes the npm package: the node compiled to WebAssembly, the
// worker's script, the client for bundlers and for pages without one, its types,
// and an account of it all in build-info.json.
//
// The same source and the same tools give the same bytes. What takes long,
// compressing and optimizing the node, is kept in .cache/build by the hash of
// what went in, so a build after a change of TypeScript alone takes seconds.
//
// Notably absent: a source map (the package has no minified code that one would
// step through, but for index.min.js and worker.js) and a commit's hash (it
// would change node.wasm, and every cache that holds it, with each commit).
package wasmbuild
