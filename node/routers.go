package node

import (
	"slices"
	"sync"

	"github.com/sharednode/sharednode/node/delegated"
	"github.com/sharednode/sharednode/node/names"
)

// maxRouters bounds the routers, since each question goes to all of them.
const maxRouters = 16

// routers are the delegated routers there are. There may be more later.
type routers struct {
	mu     sync.Mutex // guards following
	wanted []string   // as they were asked for
	list   []*delegated.Router
}

// all returns the routers.
func (r *routers) all() []*delegated.Router {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

// ofNames returns them as package names has them.
func (r *routers) ofNames() []names.Router {
	var list []names.Router
	for _, router := range r.all() {
		list = append(list, router)
	}
	return list
}

// urls returns the routers as they were asked for.
func (r *routers) urls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.wanted)
}

// prepare looks whether routers can be added, and returns what adds them and
// reports whether there are more then.
func (r *routers) prepare(urls []string) (commit func() bool, err error) {
	var fresh []*delegated.Router
	for _, text := range urls {
		router, err := delegated.New(text)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, router)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if count := len(r.merged(fresh)); count > maxRouters {
		return nil, invalidOption("delegatedRouters", count, "delegatedRouters: %d routers; the most is %d", count, maxRouters)
	}
	return func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, text := range urls {
			if !slices.Contains(r.wanted, text) {
				r.wanted = append(r.wanted, text)
			}
		}
		before := len(r.list)
		r.list = r.merged(fresh)
		return len(r.list) > before
	}, nil
}

// merged returns the routers with others, each once. It is called with mu held.
func (r *routers) merged(others []*delegated.Router) []*delegated.Router {
	list := slices.Clone(r.list)
	for _, router := range others {
		if !slices.ContainsFunc(list, func(have *delegated.Router) bool { return have.URL() == router.URL() }) {
			list = append(list, router)
		}
	}
	return list
}

// routersFor returns the routers that an operation may ask.
func (n *Node) routersFor(offline bool) ([]*delegated.Router, error) {
	if n.net == nil || offline {
		return nil, errOffline
	}
	if list := n.routers.all(); len(list) > 0 {
		return list, nil
	}
	return nil, names.ErrNoRouter
}
