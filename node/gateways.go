package node

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/gateway"
)

// gateways are the trustless gateways that were asked for. There may be more
// later.
type gateways struct {
	mu     sync.Mutex // guards following
	wanted []string   // as they were asked for
}

// urls returns the gateways as they were asked for.
func (g *gateways) urls() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.wanted)
}

// prepare looks whether gateways can be added, and returns what notes them and
// returns their URLs as they are used.
func (g *gateways) prepare(urls []string) (commit func() []string, err error) {
	var checked []string
	for _, text := range urls {
		url, err := gateway.Check(text)
		if err != nil {
			return nil, err
		}
		checked = append(checked, url)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	all := slices.Clone(g.wanted)
	for _, text := range urls {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	if len(all) > gateway.MaxGateways {
		return nil, invalidOption("gateways", len(all), "gateways: %d of them; the most is %d", len(all), gateway.MaxGateways)
	}
	return func() []string {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, text := range urls {
			if !slices.Contains(g.wanted, text) {
				g.wanted = append(g.wanted, text)
			}
		}
		return checked
	}, nil
}

// blameGateway warns of a gateway that lies, or that the browser keeps from being
// of use.
func (n *Node) blameGateway(url string, err error) {
	w := nodeapi.Warning{Code: nodeapi.CodeOf(err), Message: err.Error(), Details: map[string]any{}}
	if e, ok := errors.AsType[*nodeapi.Error](err); ok {
		maps.Copy(w.Details, e.Details) // which may be nil
	}
	if w.Code == nodeapi.CodeInvalidBlock {
		w.Code = nodeapi.CodeGatewayBlamed
		w.Message = url + " sent what is not the block it was asked for: " + w.Message
	}
	w.Details["url"] = url
	n.warnings.stand("gateway "+url, w)
	n.cfg.Logger.Warn("a gateway is not asked for a while", "url", url, "err", err)
}
