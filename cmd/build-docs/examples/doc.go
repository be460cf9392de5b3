// Package examples reads testing/reference/examples.js, which has an example of
// every call of the TypeScript client.
package examples
