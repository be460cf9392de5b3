// Package torture tests that nothing is lost: real browsers run the built npm
// package under a mixed load while tabs, the worker's process and the whole
// browser are killed at random moments, and after each kill all that was
// acknowledged must be there. It runs where SHAREDNODE_BROWSER is set, on what
// SHAREDNODE_DIST names, in the engine that SHAREDNODE_ENGINE names, with the node
// where SHAREDNODE_WORKER says: in a "shared" worker or a tab's "dedicated" one.
//
//	SHAREDNODE_TORTURE_SEED   what is chosen at random; printed by each run
//	SHAREDNODE_TORTURE_KILLS  how often something is killed, 20 unless set
//	SHAREDNODE_TORTURE_ONLY   part of the names of the kills that are wanted
//
// A seed gives the same load and the same kills, not the same interleaving: what
// is asked next follows from what was answered. A failure prints the seed, what
// is wrong, all that was asked and answered about it, and the last events.
//
// # The load
//
// Three tabs add files, directories and blocks, pin and unpin them under names,
// replace roots that share blocks with their predecessors, write, copy, move and
// remove files of the Mutable File System, all under its one root, collect garbage,
// read back and publish, a few of these at once each. The driver, which is the
// test, chooses each operation, tells a tab over a WebSocket and gets the
// outcome back: what is acknowledged is known outside of all browsers, and
// survives them.
//
// # What is checked
//
// Once nothing is asked any more:
//
//   - Each object has the one pin, of that type and name, that was acknowledged
//     last, or one asked for since. What nobody waits for any more may happen as
//     long as its worker lives, and not after.
//   - Each pinned object is there whole, byte for byte; so is each that was
//     acknowledged, and that no collection had leave to take.
//   - Each file of the Mutable File System is, byte for byte, what was acknowledged
//     last, or asked for since, whatever else its root was changed for meanwhile
//     and whatever was collected; and there is no other.
//   - Every block of the repo hashes to its CID.
//   - The node has one PeerId for ever, and a new epoch if its worker's process
//     is gone. Tabs that outlive their worker are told once.
//   - One worker holds the repo's lock, and no client that is gone holds one.
//   - Every tab hears what one publishes, under a sequence number above all
//     that were heard before.
//   - No tab, and no worker, has logged an error.
//
// # What is promised
//
// With durability "relaxed", the default, what was acknowledged is written to
// the operating system: it survives the end of any process, which is what is
// tested here, and perhaps not a loss of power, which is not. With "strict" it
// is written to the disk. The kills are of processes, so that both must pass
// alike.
//
// WebKit is left out: under its driver it keeps nothing from one browser to the
// next, and one tab's crash ends the driver's session.
package torture
