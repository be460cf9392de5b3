// Command bench measures Sharednode in a real Chromium beside the two systems
// that its users would take instead, given the same work: js-ipfs in a
// SharedWorker behind its message-port packages, and Helia in the tab; and beside
// what the browser does with as many bytes and nothing around them, which is the
// limit.
//
//	go run ./testing/bench [-reps 5] [-quick] [-systems a,b] [-work x,y] [-ways v,w] [-against dir] [-profile work] [-out dir]
//
// A repetition gives each system a browser and a profile of its own, one after
// the other, in an order that rotates from one repetition to the next: a machine
// drifts by half and more within an hour, so only figures taken in turns compare.
// For each figure it prints the medians, their range, and the median of the
// ratios within the repetitions. Each system must return the right bytes, and
// the same CIDs as the others where it was asked for the same; otherwise the
// command fails.
//
// A system that has a network also fetches a file by bitswap from Kubo, the
// binary that SHAREDNODE_KUBO names, over a WebSocket on the loopback interface,
// and gives it another. Ours is also sent messages by a native node, in 1, 8 and
// 32 tabs: as many as the slowest tab takes, and then spaced, for how long they
// take to the tab that they reach last.
//
// Isolation, which is measured only where -work asks for it, is what seven tabs of
// ours get done beside an eighth that misbehaves, each way once, to what they get
// done before and after. -ways names some of the ways.
//
// Bounded and growth are measured only where -work asks for them, too. The one is
// what the process of the worker takes above what it takes when idle while a
// gibibyte flows through it, beside a worker in plain JavaScript that stores and
// reads as much; the other what work costs in a repo of ever more blocks, and with
// ever more tabs, for which growth.svg has a curve each.
//
// With -against another package of ours, built from an older state for one, is
// measured as a further system, for what a change brings.
//
// With -profile nothing is measured: the package is built with the names of its
// functions, does a piece of work, and profile-<work>.svg shows what its worker
// spent the time on. A goroutine that waited goes on without the functions that
// called it, which have a place of their own in the picture. Of isolation it is
// the time beside a tab that misbehaves in the one way that -ways names.
//
// What is measured, and how each system is set up, is in web/work.js and in the
// adapters web/sharednode.js, web/platform.js, peers/jsipfs.js and peers/helia.js. The peers come
// from the npm registry as peers/package-lock.json pins them; the package
// measured is dist/, or where SHAREDNODE_DIST says.
//
// The directory given by -out gets results.json with every single figure, and
// ratios.svg and ratios.png, and if that was measured growth.svg and growth.png.
package main
