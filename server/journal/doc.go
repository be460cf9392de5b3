// Package journal keeps the last lines of a program's log, so that clients can
// read them where nobody sees its standard error, and sets from which level on
// each part of the program writes.
//
//	j := journal.New(journal.Config{Out: os.Stderr})
//	log := j.Logger("node")
//	log.Info("a line", "value", 1)
//	line, ok := j.Tail(10).Next()
//
// A part of the program is a subsystem, named by the attribute "logger", as the
// libraries name theirs. What is kept is bounded in bytes; whoever reads too
// slowly is told how many lines went by.
//
// Lines are read by all clients, so a value is told only in words that its type
// has for it, or as a number: of others the type alone, of bytes how many they
// are, and of what is called a secret nothing at all.
package journal
