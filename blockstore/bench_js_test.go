package blockstore

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"syscall/js"
	"testing"
	"time"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// rawSource is the same work in the least JavaScript: per a transaction, flight
// transactions at once.
const rawSource = `({
	open: name => new Promise((resolve, reject) => {
		const r = indexedDB.open(name, 1)
		r.onupgradeneeded = () => r.result.createObjectStore('raw')
		r.onsuccess = () => resolve(r.result)
		r.onerror = () => reject(r.error)
	}),
	async run(db, mode, keys, per, flight, request) {
		let next = 0
		const worker = async () => {
			while (next < keys.length) {
				const tx = db.transaction('raw', mode, {durability: 'relaxed'})
				const store = tx.objectStore('raw')
				const requests = []
				for (let i = 0; i < per && next < keys.length; i++) requests.push(request(store, keys[next++]))
				tx.commit()
				await new Promise((resolve, reject) => {
					if (mode === 'readwrite') tx.oncomplete = resolve
					else requests.at(-1).onsuccess = resolve
					tx.onabort = () => reject(tx.error)
				})
				for (const r of requests) if (r.result === undefined) throw new Error('missing')
			}
		}
		await Promise.all(Array.from({length: flight}, worker))
	},
	async put(db, n, size, per, flight) {
		const value = new Uint8Array(size)
		for (let i = 0; i < size; i += 65536) crypto.getRandomValues(value.subarray(i, Math.min(size, i + 65536)))
		this.keys = Array.from({length: n}, () => crypto.getRandomValues(new Uint8Array(38)))
		await this.run(db, 'readwrite', this.keys, per, flight, (store, key) => {
			value.set(key.subarray(0, 8))
			return store.put(value, key)
		})
	},
	get(db, per, flight) {
		return this.run(db, 'readonly', this.keys, per, flight, (store, key) => store.get(key))
	},
	has(db, per, flight) {
		return this.run(db, 'readonly', this.keys, per, flight, (store, key) => store.getKey(key))
	},
	async list(db) {
		await new Promise(resolve => {
			db.transaction('raw', 'readonly').objectStore('raw').getAllKeys().onsuccess = resolve
		})
	},
	async clear(db) {
		const tx = db.transaction('raw', 'readwrite')
		tx.objectStore('raw').clear()
		await new Promise(resolve => { tx.oncomplete = resolve })
	}
})`

// fakeBlocks are blocks with random names and bytes that do not compress.
// Nothing here hashes.
func fakeBlocks(b testing.TB, n, size int) []blocks.Block {
	b.Helper()
	shared := make([]byte, size)
	_, _ = rand.Read(shared)
	made := make([]blocks.Block, n)
	for i := range made {
		var digest [32]byte
		_, _ = rand.Read(digest[:])
		hash, err := multihash.Encode(digest[:], multihash.SHA2_256)
		if err != nil {
			b.Fatal(err)
		}
		data := append([]byte(nil), shared...)
		binary.LittleEndian.PutUint64(data, uint64(i))
		if made[i], err = blocks.NewBlockWithCid(data, cid.NewCidV1(cid.Raw, hash)); err != nil {
			b.Fatal(err)
		}
	}
	return made
}

// eachOf calls f for 0 to n-1 from as many goroutines as said.
func eachOf(n, goroutines int, f func(i int)) {
	var all sync.WaitGroup
	next := 0
	for range goroutines {
		all.Go(func() {
			for next < n { // js has one thread
				next++
				f(next - 1)
			}
		})
	}
	all.Wait()
}

// BenchmarkAgainstRaw does each work by turns through a Store and in bare
// JavaScript, and tells both rates and their ratio. Run it with -benchtime=5x.
func BenchmarkAgainstRaw(b *testing.B) {
	const kib, mib = 1 << 10, 1 << 20
	for _, tc := range []struct {
		n, size     int
		atOnce      int // of ours
		per, flight int // of the raw one
		has, list   bool
	}{
		{n: 64, size: 256 * kib, atOnce: 1, per: 1, flight: 1},
		{n: 64, size: 256 * kib, atOnce: 16, per: 16, flight: 1},
		{n: 128, size: 256 * kib, atOnce: 64, per: 16, flight: 2},
		{n: 32, size: mib, atOnce: 1, per: 1, flight: 1},
		{n: 32, size: mib, atOnce: 8, per: 4, flight: 2},
		{n: 200, size: kib, atOnce: 1, per: 1, flight: 1, has: true},
		{n: 640, size: kib, atOnce: 32, per: 32, flight: 1, has: true},
		{n: 2048, size: kib, atOnce: 64, per: 64, flight: 1, has: true, list: true},
	} {
		name := fmt.Sprintf("%dx%dKiB/%d-at-once", tc.n, tc.size/kib, tc.atOnce)
		b.Run(name, func(b *testing.B) {
			m := newMeasured(b)
			for range b.N {
				made := fakeBlocks(b, tc.n, tc.size)
				m.put(made, tc.size, tc.atOnce, tc.per, tc.flight)
				m.get(made, tc.atOnce, tc.per, tc.flight)
				if tc.has {
					m.has(made, tc.atOnce, tc.per, tc.flight)
				}
				if tc.list {
					m.list(made)
				}
				m.clear(made)
			}
			m.report(tc.n, tc.size)
		})
	}
}

// measured adds up times by kind of work.
type measured struct {
	b     *testing.B
	store *Store
	js    js.Value
	db    js.Value
	ours  map[string]time.Duration
	raw   map[string]time.Duration
}

func newMeasured(b *testing.B) *measured {
	m := &measured{b: b, js: evaluate(rawSource), ours: map[string]time.Duration{}, raw: map[string]time.Duration{}}
	m.store = mustOpen(b, freshName(b), Options{})
	m.db = settle(b, m.js.Call("open", freshName(b)))
	b.Cleanup(func() { m.db.Call("close") })
	return m
}

func (m *measured) both(work string, ours func(), raw func() js.Value) {
	start := time.Now()
	ours()
	middle := time.Now()
	settle(m.b, raw())
	m.ours[work] += middle.Sub(start)
	m.raw[work] += time.Since(middle)
}

func (m *measured) put(made []blocks.Block, size, atOnce, per, flight int) {
	m.both("put", func() {
		eachOf(len(made), atOnce, func(i int) {
			if err := m.store.Blocks().Put(m.b.Context(), made[i]); err != nil {
				m.b.Error(err)
			}
		})
	}, func() js.Value { return m.js.Call("put", m.db, len(made), size, per, flight) })
}

func (m *measured) get(made []blocks.Block, atOnce, per, flight int) {
	m.both("get", func() {
		eachOf(len(made), atOnce, func(i int) {
			if _, err := m.store.Blocks().Get(m.b.Context(), made[i].Cid()); err != nil {
				m.b.Error(err)
			}
		})
	}, func() js.Value { return m.js.Call("get", m.db, per, flight) })
}

func (m *measured) has(made []blocks.Block, atOnce, per, flight int) {
	m.both("has", func() {
		eachOf(len(made), atOnce, func(i int) {
			if has, err := m.store.Blocks().Has(m.b.Context(), made[i].Cid()); err != nil || !has {
				m.b.Error(has, err)
			}
		})
	}, func() js.Value { return m.js.Call("has", m.db, per, flight) })
}

func (m *measured) list(made []blocks.Block) {
	m.both("list", func() {
		if n, _, err := m.store.Blocks().Stat(m.b.Context()); err != nil || int(n) != len(made) {
			m.b.Error(n, err)
		}
	}, func() js.Value { return m.js.Call("list", m.db) })
}

func (m *measured) clear(made []blocks.Block) {
	var cids []cid.Cid
	for _, block := range made {
		cids = append(cids, block.Cid())
	}
	if err := m.store.Blocks().DeleteMany(m.b.Context(), cids); err != nil {
		m.b.Error(err)
	}
	settle(m.b, m.js.Call("clear", m.db))
}

func (m *measured) report(n, size int) {
	m.b.ReportMetric(0, "ns/op")
	for work, ours := range m.ours {
		rate, unit := float64(n*m.b.N), "/s"
		if size >= 64<<10 {
			rate, unit = rate*float64(size)/1e6, "MB/s"
		}
		m.b.ReportMetric(rate/ours.Seconds(), work+unit)
		m.b.ReportMetric(rate/m.raw[work].Seconds(), work+"-raw"+unit)
		m.b.ReportMetric(m.raw[work].Seconds()/ours.Seconds(), work+"-ratio")
	}
}
