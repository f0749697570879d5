package cell

import "sync"

// memo keeps the answer to each question, worked out once however many ask at
// a time. A long answer does not hold up other questions. The zero memo is
// ready for use; its questions must be few, since nothing is ever dropped.
type memo[Question comparable, Answer any] struct {
	mu      sync.Mutex
	answers map[Question]func() Answer
}

func (m *memo[Question, Answer]) get(question Question, work func() Answer) Answer {
	m.mu.Lock()
	if m.answers == nil {
		m.answers = map[Question]func() Answer{}
	}
	answer, ok := m.answers[question]
	if !ok {
		answer = sync.OnceValue(work)
		m.answers[question] = answer
	}
	m.mu.Unlock()
	return answer()
}
