package harness

import (
	"sync"
	"time"
)

// sampleEvery is how often PeakMemory looks.
const sampleEvery = 100 * time.Millisecond

// PeakMemory returns what processes take before f, and the most that they take
// while it runs, in bytes as MemoryOf counts them. Those that are named by the
// time they are looked at count.
func PeakMemory(pids func() []int, f func() error) (before, most int64, err error) {
	if before, err = MemoryOf(pids()); err != nil {
		return 0, 0, err
	}
	most = before
	stop := make(chan struct{})
	var looking sync.WaitGroup
	looking.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(sampleEvery):
				if n, err := MemoryOf(pids()); err == nil {
					most = max(most, n)
				}
			}
		}
	})
	err = f()
	close(stop)
	looking.Wait()
	return before, most, err
}
