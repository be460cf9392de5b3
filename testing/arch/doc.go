// Package arch holds tests of how the project is put together: which package
// may reach which, where JavaScript may be touched, and what every file has to
// keep to. The linter says the same of direct imports, as one types; the tests
// here see what is reached through others, under both GOOS.
package arch
