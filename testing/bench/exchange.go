package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"
)

// exchangeSize is how much is fetched from Kubo, and how much Kubo fetches.
const exchangeSize = 64 << 20

// exchange returns the work of fetching what Kubo has, and of giving Kubo what
// it has not: other bytes in each repetition and for each system.
func (b *bencher) exchange(ctx context.Context, rep int) (job, error) {
	seed := 1_000_000*rep + 30_000
	cid, err := b.kubo.Line(ctx, bytes.NewReader(random(exchangeSize, uint32(seed))),
		"add", "--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-1048576")
	if err != nil {
		return job{}, err
	}
	options := map[string]any{"addr": b.kubo.WS, "cid": cid, "size": exchangeSize, "seed": seed}
	return job{work: "exchange", name: "exchange", options: options, then: b.give}, nil
}

// give has Kubo fetch what the page added.
func (b *bencher) give(ctx context.Context, r *run, o outcome) error {
	if len(o.CIDs) < 2 {
		return nil // the system has no network
	}
	began := time.Now()
	if _, err := b.kubo.Run(ctx, nil, "pin", "add", "--progress=false", o.CIDs[1]); err != nil {
		return err
	}
	r.Figures["exchange.give"] = exchangeSize / (1 << 20) / time.Since(began).Seconds()
	_, err := b.kubo.Run(ctx, nil, "pin", "rm", o.CIDs[1])
	if err == nil {
		_, err = b.kubo.Run(ctx, nil, "repo", "gc", "--quiet") // the next system has the same bytes
	}
	return err
}

// random is web/work.js's function of this name.
func random(size int, seed uint32) []byte {
	data := make([]byte, size)
	x := max((seed+1)*0x9E3779B1, 1)
	for i := 0; i+4 <= size; i += 4 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		binary.LittleEndian.PutUint32(data[i:], x)
	}
	return data
}
