package client

import (
	"context"
	"crypto/rand"
	"errors"
	"syscall/js"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/messageport/weblock"
)

// DialOptions of Dial. Of the embedded Options, Lock and Liveness are Dial's own.
type DialOptions struct {
	Options

	// WorkerURL is that of the worker's script, "worker.js" beside the page if
	// empty. It must be the same in all pages: another is another worker.
	WorkerURL string
	// Repo names the repo. "default" if empty.
	Repo string
}

// Dial opens a client of the origin's shared worker, which it starts if no page
// has. Each side holds a Web Lock, by which the other sees it go. If the node runs
// in the SharedWorker of another script, which the worker tells, that is reached.
// Where there is no SharedWorker, or the node runs in a tab's own worker, the
// error has nodeapi.CodeNotSupported.
func Dial(ctx context.Context, opts DialOptions) (*Client, error) {
	url, repo := opts.WorkerURL, opts.Repo
	if url == "" {
		url = "worker.js"
	}
	if repo == "" {
		repo = "default"
	}
	// The lock is held before its name is told, and before there is a port, so
	// that a port does not wait for its hello.
	lock, release, err := holdLock(ctx)
	if err != nil {
		return nil, err
	}
	opts.Lock, opts.Liveness = lock, weblock.Wait
	c, err := followMoves(ctx, url, func(url string) (*Client, error) {
		return openWorker(ctx, url, "sharednode:"+repo, opts.Options)
	})
	if err != nil {
		release()
		return nil, err
	}
	go func() {
		<-c.Done()
		release()
	}()
	return c, nil
}

// holdLock takes a lock that nobody else takes. Where there are no locks its
// name is empty, and only the port itself can tell that one side is gone.
func holdLock(ctx context.Context) (name string, release func(), err error) {
	name = "sharednode:client:" + rand.Text()
	release, err = weblock.Hold(ctx, name)
	if errors.Is(err, weblock.ErrUnavailable) {
		return "", func() {}, nil
	}
	return name, release, err
}

// openWorker opens the client, unless the worker's script fails first.
func openWorker(ctx context.Context, url, name string, opts Options) (*Client, error) {
	worker, err := newSharedWorker(url, name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	onError := js.FuncOf(func(_ js.Value, args []js.Value) any {
		reason := errors.New("its script cannot be loaded")
		if message := args[0].Get("message"); message.Type() == js.TypeString {
			reason = errors.New(message.String())
		}
		cancel(workerFailed(url, reason))
		return nil
	})
	defer onError.Release()
	worker.Set("onerror", onError)
	defer worker.Set("onerror", js.Null())
	return Open(ctx, messageport.NewPort(worker.Get("port")), opts)
}

// newSharedWorker connects to a worker, or throws as the browser does where it
// has none to give.
func newSharedWorker(url, name string) (worker js.Value, err error) {
	class := js.Global().Get("SharedWorker")
	if class.IsUndefined() {
		return worker, &nodeapi.Error{Code: nodeapi.CodeNotSupported, Message: "client: no SharedWorker here"}
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			reason, ok := thrown.(js.Error)
			if !ok {
				panic(thrown)
			}
			err = workerFailed(url, reason)
		}
	}()
	// As the TypeScript client does, or it would be another worker.
	return class.New(url, map[string]any{"name": name, "sameSiteCookies": "none"}), nil
}

func workerFailed(url string, reason error) error {
	return nodeapi.Errorf(CodeWorkerFailed, map[string]any{"url": url}, "client: worker %s: %w", url, reason)
}
