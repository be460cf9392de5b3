package pubsub

import (
	"context"
	"sync"
)

// feedQueue is the queue between a topic and the rooms in it, which are faster
// than any network.
const feedQueue = 1024

// feed hands the messages of a topic, and the coming and going of its peers, to
// two functions, each called by one goroutine.
type feed struct {
	sub     *Subscription
	peers   *PeerEvents
	stop    context.CancelFunc
	running sync.WaitGroup
}

func openFeed(p *PubSub, topic string, message func(Delivery), peer func(PeerEvent)) (*feed, error) {
	ctx, cancel := context.WithCancel(context.Background())
	sub, err := p.Subscribe(ctx, topic, SubscribeOptions{Queue: feedQueue})
	if err != nil {
		cancel()
		return nil, err
	}
	peers, err := p.PeerEvents(topic)
	if err != nil {
		cancel()
		_ = sub.Close()
		return nil, err
	}
	f := &feed{sub: sub, peers: peers, stop: cancel}
	f.running.Go(func() { pump(ctx, sub.Next, message) })
	f.running.Go(func() { pump(ctx, peers.Next, peer) })
	return f, nil
}

// pump hands what next returns to each, until there is no more.
func pump[T any](ctx context.Context, next func(context.Context) (T, error), each func(T)) {
	for {
		v, err := next(ctx)
		if err != nil {
			return
		}
		each(v)
	}
}

// close leaves the topic. The functions are not called any more when it has
// returned.
func (f *feed) close() {
	f.stop()
	_ = f.sub.Close()
	_ = f.peers.Close()
	f.running.Wait()
}
