package blockstore

import (
	goidb "github.com/hack-pad/go-indexeddb/idb"
)

// step brings a database from the layout before it to its own.
type step func(db *goidb.Database) error

// schema is how the layout came to be. A database's version is the number of
// steps it has been through. Steps that were released are never changed; a new
// layout is a new step at the end.
var schema = []step{
	// 1: an object store for each table, with keys of their own (keys.go).
	func(db *goidb.Database) error {
		for _, name := range storeNames {
			if _, err := db.CreateObjectStore(name, goidb.ObjectStoreOptions{}); err != nil {
				return err
			}
		}
		return nil
	},
}

// upgrade takes a database through the steps that are new to it.
func upgrade(steps []step) func(db *goidb.Database, old uint) error {
	return func(db *goidb.Database, old uint) error {
		for _, s := range steps[old:] {
			if err := s(db); err != nil {
				return err
			}
		}
		return nil
	}
}
