package servertest

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// service is a pinning service that pins at once.
type service struct {
	endpoint string
	pins     []nodeapi.RemotePin
}

// PinRemoteServiceAdd implements server.RemotePins.
func (b *Backend) PinRemoteServiceAdd(ctx context.Context, req nodeapi.RemoteServiceAdd) error {
	done, err := b.enter(ctx, nodeapi.MethodPinRemoteServiceAdd)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.services[req.Service] != nil {
		return nodeapi.Errorf(nodeapi.CodeServiceExists, map[string]any{"service": req.Service}, "there is a service %q already", req.Service)
	}
	if b.services == nil {
		b.services = make(map[string]*service)
	}
	b.services[req.Service] = &service{endpoint: req.Endpoint}
	return nil
}

// PinRemoteServiceRemove implements server.RemotePins.
func (b *Backend) PinRemoteServiceRemove(ctx context.Context, name string) error {
	done, err := b.enter(ctx, nodeapi.MethodPinRemoteServiceRemove)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.services, name)
	return nil
}

// PinRemoteServiceList implements server.RemotePins.
func (b *Backend) PinRemoteServiceList(ctx context.Context, stat bool) iter.Seq2[nodeapi.RemoteService, error] {
	return sequence(ctx, b, nodeapi.MethodPinRemoteServiceList, func(yield func(nodeapi.RemoteService) bool) error {
		b.mu.Lock()
		var all []nodeapi.RemoteService
		for _, name := range slices.Sorted(maps.Keys(b.services)) {
			s := nodeapi.RemoteService{Service: name, Endpoint: b.services[name].endpoint}
			if stat {
				s.Stat = &nodeapi.RemoteServiceStat{
					Status:   nodeapi.RemoteServiceValid,
					PinCount: &nodeapi.RemotePinCount{Pinned: uint64(len(b.services[name].pins))},
				}
			}
			all = append(all, s)
		}
		b.mu.Unlock()
		for _, s := range all {
			if !yield(s) {
				return nil
			}
		}
		return nil
	})
}

// PinRemoteAdd implements server.RemotePins.
func (b *Backend) PinRemoteAdd(ctx context.Context, req nodeapi.RemotePinAdd) (nodeapi.RemotePin, error) {
	done, err := b.enter(ctx, nodeapi.MethodPinRemoteAdd)
	if err != nil {
		return nodeapi.RemotePin{}, err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.service(req.Service)
	if err != nil {
		return nodeapi.RemotePin{}, err
	}
	pin := nodeapi.RemotePin{Cid: req.Cid, Name: req.Name, Status: nodeapi.RemotePinPinned}
	s.pins = append(s.pins, pin)
	return pin, nil
}

// service is called with mu held.
func (b *Backend) service(name string) (*service, error) {
	if s := b.services[name]; s != nil {
		return s, nil
	}
	return nil, nodeapi.Errorf(nodeapi.CodeNoSuchService, map[string]any{"service": name}, "there is no service %q", name)
}

// PinRemoteList implements server.RemotePins.
func (b *Backend) PinRemoteList(ctx context.Context, req nodeapi.RemotePinQuery) iter.Seq2[nodeapi.RemotePin, error] {
	return sequence(ctx, b, nodeapi.MethodPinRemoteList, func(yield func(nodeapi.RemotePin) bool) error {
		b.mu.Lock()
		s, err := b.service(req.Service)
		var pins []nodeapi.RemotePin
		if err == nil {
			pins = slices.DeleteFunc(slices.Clone(s.pins), func(p nodeapi.RemotePin) bool { return !matches(req, p) })
		}
		b.mu.Unlock()
		for _, pin := range pins {
			if !yield(pin) {
				return nil
			}
		}
		return err
	})
}

func matches(req nodeapi.RemotePinQuery, p nodeapi.RemotePin) bool {
	return (len(req.Cids) == 0 || slices.Contains(req.Cids, p.Cid)) && (req.Name == "" || req.Name == p.Name) &&
		(len(req.Status) == 0 || slices.Contains(req.Status, p.Status))
}

// PinRemoteRemove implements server.RemotePins.
func (b *Backend) PinRemoteRemove(ctx context.Context, req nodeapi.RemotePinQuery) error {
	done, err := b.enter(ctx, nodeapi.MethodPinRemoteRemove)
	if err != nil {
		return err
	}
	defer done()
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.service(req.Service)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(s.pins), func(p nodeapi.RemotePin) bool { return matches(req, p) })
	if len(s.pins)-len(left) > 1 && !req.All {
		return nodeapi.Errorf(nodeapi.CodeManyPins, map[string]any{"service": req.Service}, "more than one pin matches")
	}
	s.pins = left
	return nil
}
