// Package quickstart does what the README tells a newcomer to do, to the
// letter: the snippets are taken from it, put into a page with no bundler, into
// a fresh Vite project that installs the packed npm package, and into a Go
// program compiled to WebAssembly, and run in a real browser.
package quickstart
