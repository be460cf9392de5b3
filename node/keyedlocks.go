package node

import (
	"context"
	"sync"
)

// keyedLocks are locks by name. Only those that are held or waited for take up
// memory. The zero value is ready.
type keyedLocks struct {
	mu    sync.Mutex // guards following
	locks map[string]*keyedLock
}

type keyedLock struct {
	taken chan struct{} // has an element while it is held
	users int           // who hold it or wait
}

// lock waits for the lock of a key.
func (k *keyedLocks) lock(ctx context.Context, key string) (unlock func(), err error) {
	l := k.use(key)
	select {
	case l.taken <- struct{}{}:
		return func() {
			<-l.taken
			k.leave(key, l)
		}, nil
	case <-ctx.Done():
		k.leave(key, l)
		return nil, context.Cause(ctx)
	}
}

func (k *keyedLocks) use(key string) *keyedLock {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.locks[key]
	if l == nil {
		if k.locks == nil {
			k.locks = map[string]*keyedLock{}
		}
		l = &keyedLock{taken: make(chan struct{}, 1)}
		k.locks[key] = l
	}
	l.users++
	return l
}

func (k *keyedLocks) leave(key string, l *keyedLock) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l.users--
	if l.users == 0 {
		delete(k.locks, key)
	}
}
