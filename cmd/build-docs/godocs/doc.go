// Package godocs writes pages of what Go packages export, from their comments and
// their examples, as a browser's program sees them: with what is built for js/wasm.
package godocs
