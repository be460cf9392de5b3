// What is below here is compiled into the worker's node alone, in the place of
// the modules that it is named after: see README.md. This file keeps it out of
// the module around it.
module lean

go 1.26.0
