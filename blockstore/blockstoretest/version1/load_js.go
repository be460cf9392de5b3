package version1

import (
	_ "embed" // for the fixture
	"encoding/json"
	"syscall/js"
	"testing"
)

//go:embed testdata/database.json
var database string

// Database is what a database holds: keys and values of each object store.
type Database struct {
	Version uint        `json:"version"`
	Blocks  [][2][]byte `json:"blocks"`
	Records [][2][]byte `json:"records"`
}

// Load makes the IndexedDB database of that name, by other means than a store's,
// and returns what is in it.
func Load(t testing.TB, name string) Database {
	t.Helper()
	var d Database
	if err := json.Unmarshal([]byte(database), &d); err != nil {
		t.Fatal(err)
	}
	failed := make(chan string, 1)
	settle := func(message func(js.Value) string) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			failed <- message(args[0])
			return nil
		})
	}
	done := settle(func(js.Value) string { return "" })
	defer done.Release()
	fail := settle(func(v js.Value) string { return js.Global().Call("String", v).String() })
	defer fail.Release()
	js.Global().Call("eval", load).Invoke(name, database).Call("then", done, fail)
	if message := <-failed; message != "" {
		t.Fatalf("the fixture cannot be loaded: %s", message)
	}
	return d
}

// load makes a database of its JSON.
const load = `(name, text) => new Promise((resolve, reject) => {
	const { version, ...stores } = JSON.parse(text)
	const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0))
	const open = indexedDB.open(name, version)
	open.onerror = () => reject(open.error)
	open.onupgradeneeded = () => {
		for (const store in stores) open.result.createObjectStore(store)
	}
	open.onsuccess = () => {
		const db = open.result
		const tx = db.transaction(Object.keys(stores), 'readwrite')
		for (const store in stores) {
			for (const [key, value] of stores[store]) tx.objectStore(store).add(bytes(value), bytes(key))
		}
		tx.onabort = () => reject(tx.error)
		tx.oncomplete = () => {
			db.close()
			resolve()
		}
	}
})`
