package engine

import (
	"sync"
	"sync/atomic"
)

// share runs one piece of work for every series. The pieces touch nothing of
// each other, so that it does not matter who does which.
func (t *Engine) share(work func(*series)) {
	workers := min(t.config.Workers, len(t.ordered))
	if workers <= 1 {
		for _, s := range t.ordered {
			work(s)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(t.ordered) {
					return
				}
				work(t.ordered[i])
			}
		})
	}
	group.Wait()
}
