package archive

import "time"

const (
	// answersFor is how long an answer about the past is kept. Late reports and
	// retractions change the past, so it is short.
	answersFor = 15 * time.Second
	// mostRows is the number of rows of all answers that are kept, of about 100
	// bytes each.
	mostRows = 200_000
)

// answerCache keeps the latest answers of a Lane, the oldest first. It is not safe
// for concurrent use. The zero value is empty.
type answerCache struct {
	kept  map[laneKey]cachedAnswer
	order []laneKey // by the time at which they came
	rows  int
}

type cachedAnswer struct {
	answer
	at time.Time
}

func (a answer) rows() int { return len(a.counts) + len(a.table.Rows) + 1 }

func (a *answerCache) get(key laneKey, now time.Time) (answer, bool) {
	found, ok := a.kept[key]
	if !ok || now.Sub(found.at) >= answersFor {
		return answer{}, false
	}
	return found.answer, true
}

func (a *answerCache) put(key laneKey, got answer, now time.Time) {
	for len(a.order) > 0 && (a.rows+got.rows() > mostRows || now.Sub(a.kept[a.order[0]].at) >= answersFor) {
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
	if a.kept == nil {
		a.kept = map[laneKey]cachedAnswer{}
	}
	a.kept[key] = cachedAnswer{got, now}
	a.order = append(a.order, key)
	a.rows += got.rows()
}

func (a *answerCache) drop(i int) {
	key := a.order[i]
	a.rows -= a.kept[key].rows()
	delete(a.kept, key)
	a.order = append(a.order[:i], a.order[i+1:]...)
}
