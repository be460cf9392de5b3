// Package reference has an example of every call of the TypeScript client, in
// examples.js, and runs each in a real browser, on the built package.
package reference
