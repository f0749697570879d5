package engine

import (
	"encoding/binary"
	"errors"

	"github.com/open-downpour/downpour/pkg/detect"
	"github.com/open-downpour/downpour/pkg/outage"
)

const (
	historyPart   = .25 // part of the evidence that opens from which the history is recorded
	historyLength = 30  // minutes
)

// historyStep is one minute before an opening: the country's count, and the node
// nearest to opening. It has a fixed size and is saved as it is.
type historyStep struct {
	Minute      outage.Minute
	Observed    uint32
	Expected    float64
	Upper       float64
	Handle      int32
	Since       outage.Minute
	Reporters   uint32 // of the node's excursion
	RunExpected float64
	Evidence    float64
	Needed      float64
	Alternative float64
	Threshold   float64
}

// history is the recorded minutes, oldest first.
type history []historyStep

// record adds a minute, and drops the oldest one when there are too many.
func (h *history) record(minute outage.Minute, observed uint32, normal outage.Baseline, nearest detect.Alarm) {
	if len(*h) >= historyLength {
		*h = append((*h)[:0], (*h)[1:]...)
	}
	*h = append(*h, historyStep{
		Minute: minute, Observed: observed, Expected: normal.Mean, Upper: normal.Upper,
		Handle: nearest.Handle, Since: nearest.Since, Reporters: nearest.Observed, RunExpected: nearest.Expected,
		Evidence: nearest.Evidence, Needed: nearest.Needed, Alternative: nearest.Alternative, Threshold: nearest.Threshold,
	})
}

// renumber gives the steps new handles. Nodes with evidence are never dropped, so
// a step whose node is gone belongs to an excursion that is over.
func (h *history) renumber(moved []int32) {
	remaining := (*h)[:0]
	for _, step := range *h {
		if step.Handle = moved[step.Handle]; step.Handle >= 0 {
			remaining = append(remaining, step)
		}
	}
	*h = remaining
}

// alarm is the excursion of the step's node.
func (s *historyStep) alarm(level detect.Level) detect.Alarm {
	return detect.Alarm{
		Handle: s.Handle, Level: level, Since: s.Since, Observed: s.Reporters, Expected: s.RunExpected,
		Evidence: s.Evidence, Needed: s.Needed, Threshold: s.Threshold, Alternative: s.Alternative,
	}
}

// appendEvidence appends the side counts and the history.
func appendEvidence(to []byte, side sideCounts, steps history) []byte {
	to = put(to, [2]uint32{uint32(len(side)), uint32(len(steps))})
	return put(put(to, []sideCount(side)), []historyStep(steps))
}

// readEvidence reads what appendEvidence wrote and returns what follows it.
func readEvidence(from []byte, places int) (side sideCounts, steps history, rest []byte, err error) {
	var lengths [2]uint32
	n, err := binary.Decode(from, order, &lengths)
	if err != nil || lengths[0] > sideCountMinutes || lengths[1] > historyLength {
		return nil, nil, nil, errTooShort
	}
	from = from[n:]
	side, steps = make(sideCounts, lengths[0]), make(history, lengths[1])
	for _, part := range []any{[]sideCount(side), []historyStep(steps)} {
		if n, err = binary.Decode(from, order, part); err != nil {
			return nil, nil, nil, errTooShort
		}
		from = from[n:]
	}
	for i := range steps {
		if h := steps[i].Handle; h < 0 || int(h) >= places {
			return nil, nil, nil, errors.New("reading an engine: evidence of an unknown place")
		}
	}
	return side, steps, from, nil
}
