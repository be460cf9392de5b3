// Package weblock holds and awaits Web Locks (https://w3c.github.io/web-locks/).
// By them the two ends of a port know that the other lives: a lock is given up
// when the page or the worker that holds it goes, in whatever way it goes.
//
// Apart from this comment the package exists in browsers only. It needs a
// secure context: https, or a loopback address.
package weblock
