package engine

import (
	"sync"
	"sync/atomic"
)

// share runs work for every series on Config.Workers goroutines. The work of one series
// must not touch another, so that the result does not depend on the order.
func (e *Engine) share(work func(*series)) {
	workers := min(e.config.Workers, len(e.ordered))
	if workers <= 1 {
		for _, s := range e.ordered {
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
				if i >= len(e.ordered) {
					return
				}
				work(e.ordered[i])
			}
		})
	}
	group.Wait()
}
