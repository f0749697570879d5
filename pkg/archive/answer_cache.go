package archive

import "time"

const (
	// answersFor is the lifetime of a cached answer. It is short, because late reports
	// and retractions change past counts.
	answersFor = 15 * time.Second
	// mostRows is the limit of the rows of all cached answers, of about 100 bytes each.
	mostRows = 200_000
)

// answerCache caches the latest answers of a Lane. It is not safe for concurrent use. The
// zero value is empty.
type answerCache struct {
	entries map[laneKey]cachedAnswer
	order   []laneKey // oldest first
	rows    int
}

type cachedAnswer struct {
	answer
	at time.Time
}

func (a answer) rows() int { return len(a.counts) + len(a.table.Rows) + 1 }

func (a *answerCache) get(key laneKey, now time.Time) (answer, bool) {
	found, ok := a.entries[key]
	if !ok || now.Sub(found.at) >= answersFor {
		return answer{}, false
	}
	return found.answer, true
}

func (a *answerCache) put(key laneKey, got answer, now time.Time) {
	for len(a.order) > 0 && (a.rows+got.rows() > mostRows || now.Sub(a.entries[a.order[0]].at) >= answersFor) {
		a.drop(0)
	}
	for i, known := range a.order {
		if known == key {
			a.drop(i)
			break
		}
	}
	if got.rows() > mostRows {
		return
	}
	if a.entries == nil {
		a.entries = map[laneKey]cachedAnswer{}
	}
	a.entries[key] = cachedAnswer{got, now}
	a.order = append(a.order, key)
	a.rows += got.rows()
}

func (a *answerCache) drop(i int) {
	key := a.order[i]
	a.rows -= a.entries[key].rows()
	delete(a.entries, key)
	a.order = append(a.order[:i], a.order[i+1:]...)
}
