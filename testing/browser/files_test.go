package browser

import "testing"

// TestEightTabsChangeOneTree has tabs change the Mutable File System at once, all
// under its one root and most in the same directories and in the same file. What any
// of them was told is done is there at the end, and after the node's next start.
func TestEightTabsChangeOneTree(t *testing.T) {
	w := sharedWorld(t)
	tabs := make([]*tab, 8)
	for i := range tabs {
		tabs[i] = w.tab()
	}
	const rounds, piece = 4, 20_000
	tabs[0].do(nil, `await node.files.write('/one', new Uint8Array(0), { create: true })`)
	const change = `
		const [tab, rounds, piece] = args
		for (let round = 0; round < rounds; round++) {
			const name = tab + '-' + round
			const content = random(piece, tab * 100 + round)
			await Promise.all([
				node.files.write('/shared/' + name, name, { create: true, parents: true }),
				node.files.write('/own/' + tab + '/' + round, content, { create: true, parents: true }),
				node.files.write('/one', content, { offset: (tab * rounds + round) * piece })
			])
			await node.files.cp('/own/' + tab + '/' + round, '/moving/' + name, { parents: true })
			await node.files.mv('/moving/' + name, '/moved/' + name, { parents: true })
			await node.files.rm('/shared/' + name)
			await node.files.write('/shared/' + name, name + ' again', { create: true })
		}`
	if err := together(tabs, func(i int, t *tab) error { return t.try(nil, change, i, rounds, piece) }); err != nil {
		t.Fatal(err)
	}
	const look = `
		const [tabs, rounds, piece] = args
		const names = async path => (await collect(node.files.ls(path))).length
		const lost = []
		const same = (what, got, want) => {
			if (got.length !== want.length || got.some((b, i) => b !== want[i])) lost.push(what)
		}
		const text = async path => await node.files.read(path).text().catch(e => e.code)
		const one = await node.files.read('/one').bytes()
		for (let tab = 0; tab < tabs; tab++) {
			for (let round = 0; round < rounds; round++) {
				const name = tab + '-' + round
				const want = random(piece, tab * 100 + round)
				const at = (tab * rounds + round) * piece
				same('/one of ' + name, one.subarray(at, at + piece), want)
				same('/own of ' + name, await node.files.read('/own/' + tab + '/' + round).bytes(), want)
				same('/moved/' + name, await node.files.read('/moved/' + name).bytes(), want)
				if (await text('/shared/' + name) !== name + ' again') lost.push('/shared/' + name)
			}
		}
		const entries = [await names('/shared'), await names('/moved'), await names('/moving'), one.length]
		const want = [tabs * rounds, tabs * rounds, 0, tabs * rounds * piece]
		if (entries.join() !== want.join()) lost.push('entries ' + entries + '; want ' + want)
		await verify()
		return lost`
	looked := func(when string, tab *tab) {
		t.Helper()
		var lost []string
		tab.do(&lost, look, len(tabs), rounds, piece)
		for _, what := range lost {
			t.Errorf("%s: lost: %s", when, what)
		}
	}
	looked("at the end", tabs[7])
	for _, tab := range tabs[1:] {
		tab.close()
	}
	tabs[0].reload()
	tabs[0].open()
	tabs[0].do(nil, `for await (const { err } of node.repo.gc()) if (err) throw err`)
	looked("after the next start, and a collection", tabs[0])
}
