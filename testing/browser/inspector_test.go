package browser

import (
	"slices"
	"strings"
	"testing"
)

// inspected is what the inspector's page shows.
type inspected struct {
	State    string            `json:"state"`
	Facts    map[string]string `json:"facts"`
	Sessions []string          `json:"sessions"`
	Lines    map[string]int    `json:"lines"` // points of a chart's lines, by its title
	Log      []string          `json:"log"`
	Locks    []string          `json:"locks"`
}

// A page that is out of sight does not ask by itself.
const readInspector = `
document.dispatchEvent(new Event('visibilitychange'))
const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent)
const facts = {}
for (const fact of document.querySelectorAll('#facts > div')) {
  facts[fact.querySelector('dt').textContent] = fact.querySelector('dd').textContent
}
const lines = {}
for (const figure of document.querySelectorAll('figure')) {
  const points = [...figure.querySelectorAll('polyline')].map((l) => l.getAttribute('points').split(' ').length)
  lines[figure.querySelector('figcaption').textContent] = Math.max(0, ...points)
}
return {
  state: document.querySelector('#state').textContent,
  facts, lines,
  sessions: texts('#sessions tr'), log: texts('#log li'), locks: texts('#locks tr')
}`

// TestInspector looks at a working tab through the inspector's page.
func TestInspector(t *testing.T) {
	w := sharedWorld(t)
	worker := w.tab()
	worker.do(nil, `
		await node.pubsub.subscribe('inspected', () => {})
		await node.add(random(MiB, 1))
		globalThis.stuck = node.add(stuck(1, 2)).catch(() => {})`)
	page := w.page()
	if err := page.Navigate(t.Context(), w.server.Origin()+"/dist/inspector.html"); err != nil {
		t.Fatal(err)
	}
	look := func() (seen inspected) {
		page.do(&seen, readInspector)
		return seen
	}

	w.eventually("the inspector shows the worker, its tabs and what they do", func() bool {
		seen := look()
		working := slices.ContainsFunc(seen.Sessions, func(row string) bool {
			return strings.Contains(row, "add") && strings.Contains(row, "inspected")
		})
		return seen.State == "Connected" && seen.Facts["Tabs"] == "2" && len(seen.Sessions) == 2 && working
	})
	w.eventually("every chart has a line", func() bool {
		seen := look()
		for _, points := range seen.Lines {
			if points < 2 {
				return false
			}
		}
		return len(seen.Lines) == 4
	})
	seen := look()
	if !slices.ContainsFunc(seen.Locks, func(row string) bool {
		return strings.HasPrefix(row, "sharednode:default") && strings.Contains(row, "runs the node") && strings.Contains(row, "held")
	}) {
		t.Errorf("got locks %q; want that of the repo held", seen.Locks)
	}
	if len(seen.Log) == 0 {
		t.Error("no line of the log")
	}

	page.do(nil, `
		const all = document.querySelector('#log-levels select')
		all.value = 'debug'
		all.dispatchEvent(new Event('change'))`)
	w.eventually("the level that was chosen is every part's", func() bool {
		var levels []string
		worker.do(&levels, "return (await node.log.levels()).map(({ level }) => level)")
		return len(levels) > 0 && !slices.ContainsFunc(levels, func(level string) bool { return level != "debug" })
	})
}

// TestInspectorRevokes takes back on the inspector's page what another site may do,
// and then deletes what it still keeps.
func TestInspectorRevokes(t *testing.T) {
	w := sharedWorld(t)
	owner := w.tab()
	var root string
	owner.do(&root, `
		const { port } = await node.createPort({ origin: 'https://site.example', grants: { add: true } })
		const site = await sharednode.connect({ port })
		const { cid } = await site.add(random(MiB, 71))
		await site.close()
		await node.grants.set('https://site.example', { read: true })
		return `+"`${cid}`"+``)
	page := w.page()
	if err := page.Navigate(t.Context(), w.server.Origin()+"/dist/inspector.html"); err != nil {
		t.Fatal(err)
	}
	var note string
	page.do(&note, `
		const until = async condition => { while (!condition()) await new Promise(resolve => setTimeout(resolve, 20)) }
		globalThis.site = () => document.querySelector('[data-origin="https://site.example"]')
		await until(site)
		site().querySelector('button').click()
		await until(() => site()?.querySelectorAll('button').length === 1)
		return site().querySelector('p').innerText`)
	if !strings.Contains(note, "nothing any more") || !strings.Contains(note, "MB") {
		t.Errorf("of a site that keeps a file it says %q", note)
	}
	var kept struct {
		Granted, Revoked []string
		Holder           string
	}
	owner.do(&kept, `
		const origins = async options => (await collect(node.grants.list(options))).map(({ origin }) => origin)
		const [{ error }] = await collect(node.block.rm(args[0]))
		return { granted: await origins(), revoked: await origins({ revoked: true }), holder: error?.details.origin }`, root)
	const site = "https://site.example"
	if slices.Contains(kept.Granted, site) || !slices.Contains(kept.Revoked, site) || kept.Holder != site {
		t.Errorf("got %+v; want the site to hold its file without grants", kept)
	}
	page.do(nil, `
		const button = site().querySelector('button')
		button.click()
		button.click() // it is sure
		while (site()) await new Promise(resolve => setTimeout(resolve, 20))`)
	owner.do(&kept.Revoked, `
		await drain(node.repo.gc())
		const code = await node.block.stat(args[0], { offline: true }).then(() => 'there', e => e.code)
		if (code !== 'not-found') throw new Error(code)
		return (await collect(node.grants.list({ revoked: true }))).map(({ origin }) => origin)`, root)
	if slices.Contains(kept.Revoked, site) {
		t.Error("the site is listed when it keeps nothing")
	}
}
