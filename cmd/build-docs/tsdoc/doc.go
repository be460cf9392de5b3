// Package tsdoc reads what TypeScript sources declare, with their comments: the
// interfaces, classes, types and functions of modules, and what they export.
//
// It reads declarations alone, passes over all that runs, and knows no types but by
// their text. It is for sources that compile, formatted as Prettier does, and as
// well for the declarations (.d.ts) that compilers write.
package tsdoc
