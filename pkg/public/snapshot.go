package public

import (
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Snapshot answers every question from the same counts and the same minute of the
// detector. It is safe for concurrent use.
type Snapshot struct {
	hot        Hot
	past       Past
	normals    *normals
	extents    *kept[extentKey, Extent]
	view       *outage.View
	official   Official
	districtOf func(outage.Cell) (outage.Region, outage.District)
	at         time.Time
	towns      Towns
	latest     *kept[extremesKey, Extremes] // of this snapshot
	ended      *kept[extremesKey, Extremes] // of spans in the past
	outdated   bool                         // the counts are too old to tell how a service does

	observed once[map[serviceIn]observation]
	days     once[map[string]Day]
}

// Now is the instant that answers about now are made for. Windows that end now end
// with its minute.
func (s *Snapshot) Now() time.Time { return s.at }

// AsOf is the end of the newest whole minute that the answers are made from. They
// hold the reports of the minute under way as well.
func (s *Snapshot) AsOf() time.Time { return outage.MinuteOf(s.at).Time() }

// once is a reading that is made by the first who asks for it. A failed one is
// made again.
type once[T any] struct {
	mutex sync.Mutex
	done  bool
	value T
}

func (o *once[T]) get(read func() (T, error)) (T, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.done {
		return o.value, nil
	}
	value, err := read()
	if err == nil {
		o.done, o.value = true, value
	}
	return value, err
}
