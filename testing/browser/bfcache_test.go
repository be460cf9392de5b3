package browser

import "testing"

// notInATab skips a test where the node runs in a tab, and says why.
func notInATab(t *testing.T, why string) {
	t.Helper()
	if workerMode() == "dedicated" {
		t.Skip(why)
	}
}

// standing begins in a page what lasts: a subscription, a place in a room, a
// protocol that is handled. It notes how often the client came to another worker.
const standing = `
	globalThis.reconnects = 0
	node.addEventListener('reconnect', () => { reconnects++ })
	globalThis.heard = await listen('topic')
	globalThis.entered = await enter('room')
	await node.libp2p.handle('/standing/1', () => {})`

// stands reports whether the worker knows one session with all of that.
func (t *tab) stands() (ok bool) {
	t.w.t.Helper()
	t.do(&ok, `
		const has = ({ topics, rooms, protocols }) =>
			topics.includes('topic') && rooms.includes('room') && protocols.includes('/standing/1')
		return (await node.status()).sessions.filter(has).length === 1`)
	return ok
}

// TestAPageThatIsPutAside leaves a page that has a client, and comes back to it:
// beside another, which keeps the worker, and alone. The worker has to hear at
// once that the page is gone, and to know it whole when it is back.
func TestAPageThatIsPutAside(t *testing.T) {
	notInATab(t, "a tab that runs the node takes it along: TestLeaderIsPutAside")
	t.Run("beside another", func(t *testing.T) {
		w := sharedWorld(t)
		keeper, aside := w.tab(), w.page()
		before := aside.open()
		aside.do(nil, standing)
		var cid string
		aside.do(&cid, `
			globalThis.data = random(6 * MiB, 1)
			const { cid } = await node.add(data)
			globalThis.reading = node.cat(cid)
			globalThis.taken = (await reading.next()).value.length
			globalThis.adding = node.add(stuck(2, 50)).then(() => 'added', e => e.code)
			return String(cid)`)
		w.eventually("all of it stands", aside.stands)

		back := aside.putAside()
		w.eventually("the session is gone", func() bool { return keeper.sessions() == 1 })
		keeper.do(nil, publish, "topic", 0, 5)
		if kept := back(); !kept {
			t.Skip("the browser did not keep the page: it began anew")
		}
		w.eventually("all of it stands again", aside.stands)
		keeper.do(nil, publish, "topic", 5, 10)
		aside.hears(counting(5, 10))
		var after struct {
			Code       string `json:"code"`
			Epoch      string `json:"epoch"`
			Reconnects int    `json:"reconnects"`
		}
		aside.do(&after, `
			for await (const chunk of reading) {
				if (chunk.some((byte, i) => byte !== data[taken + i])) throw new Error('wrong bytes from ' + taken)
				taken += chunk.length
			}
			if (taken !== data.length) throw new Error(taken + ' bytes of ' + data.length)
			return { code: await adding, epoch: node.epoch, reconnects }`)
		if after.Code != "disconnected" {
			t.Errorf("the add whose source cannot be read again ended with %q", after.Code)
		}
		if keeps := after.Epoch == before.Epoch; keeps != (after.Reconnects == 0) {
			t.Errorf("got %+v after %+v: want reconnect with another epoch alone", after, before)
		}
		aside.do(nil, "await check(args[0], data)", cid)
	})
	t.Run("alone", func(t *testing.T) {
		w := sharedWorld(t)
		aside := w.page()
		before := aside.open()
		aside.do(nil, standing)
		var cid string
		aside.do(&cid, "return `${(await node.add(random(2 * MiB, 1))).cid}`")
		if kept := aside.putAside()(); !kept {
			t.Skip("the browser did not keep the page: it began anew")
		}
		var after peer
		aside.do(&after, "await check(args[0], random(2 * MiB, 1)); return { peerId: node.peerId, epoch: node.epoch }", cid)
		if after.PeerID != before.PeerID {
			t.Errorf("PeerId %s became %s", before.PeerID, after.PeerID)
		}
		w.eventually("all of it stands again", aside.stands)
		var reconnects int
		aside.do(&reconnects, "return reconnects")
		if keeps := after.Epoch == before.Epoch; reconnects > 1 || keeps != (reconnects == 0) {
			t.Errorf("%d times reconnect: %+v after %+v", reconnects, after, before)
		}
	})
}
