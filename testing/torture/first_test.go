package torture

import (
	"fmt"
	"maps"
	"time"
)

// killMaker kills the browser while it makes a repo beside the one under load,
// and wants the repo to be made whole by the next, and to have the PeerId that
// was told, if one was.
func (r *run) killMaker() error {
	ctx, cancel := r.context()
	defer cancel()
	r.repos++
	options := maps.Clone(r.options)
	options["repo"] = fmt.Sprintf("made%d", r.repos)
	maker, err := r.openTab(ctx, nil, options, true)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(r.rng.IntN(900)) * time.Millisecond)
	if err := r.killBrowser(); err != nil {
		return err
	}
	r.leave(maker)
	r.mu.Lock()
	told := maker.me.PeerID
	r.mu.Unlock()

	again, err := r.openTab(ctx, nil, options, true)
	if err != nil {
		return err
	}
	r.until("the repo is open", func() bool { return again.me.PeerID != "" || again.failure != "" })
	r.mu.Lock()
	r.model.history.mark("the repo's PeerId was %q and is %q (%s)", told, again.me.PeerID, again.failure)
	if told != "" && again.me.PeerID != told || again.failure != "" {
		r.add(fault{text: fmt.Sprintf("a repo whose browser was killed as it was made had the PeerId %q and has %q (%s)", told, again.me.PeerID, again.failure)})
	}
	r.mu.Unlock()
	const use = "const { cid } = await node.add('use'); await sameFile(cid, new TextEncoder().encode('use'))"
	if err := again.page.Eval(ctx, nil, use); err != nil {
		return err
	}
	return again.page.Close()
}
