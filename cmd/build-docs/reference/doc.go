// Package reference writes the pages of the TypeScript client's API from what its
// sources declare and the examples that the tests run: a page for each group of
// calls, for each of the package's other modules, and for the types that several
// of them share.
//
// What belongs to the API follows from the sources: the fields of the node whose
// types are called …API are groups, and the entry points are those that
// tsconfig.build.json names. A new group or module needs nothing here.
//
// What the pages tell of an option beside its comment they take from it: its
// default is what stands before "unless set.", at the comment's end or after a
// semicolon. Errors are those that @throws names.
package reference
