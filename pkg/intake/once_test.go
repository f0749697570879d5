package intake

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/open-downpour/downpour/pkg/outage"
)

// heldAnswers keeps answers in memory.
type heldAnswers struct{ values sync.Map }

func (h *heldAnswers) Claim(_ context.Context, name string, value []byte) ([]byte, error) {
	stored, _ := h.values.LoadOrStore(name, value)
	return stored.([]byte), nil
}

func (h *heldAnswers) Complete(_ context.Context, name string, value []byte) error {
	h.values.Store(name, value)
	return nil
}

// A report whose answer was lost comes again from another network, with the time at which
// it was written. It counts once where its key and token cannot be guessed, and people who
// happen to use the same short key are told apart by their network.
func TestAReportThatWaitedCountsOnce(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 2)
	elsewhere := somebody
	elsewhere.Addr = netip.MustParseAddr("203.0.113.9")
	for _, test := range []struct {
		name, key, token string
		count            int
	}{
		{"unguessable", long, long, 1}, {"a short key", "1", long, 2}, {"a short token", long, "1", 2}, {"no token", long, "", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			service, behind, _ := newService(t)
			service.Answers = &heldAnswers{}
			first, again := plain, plain
			first.Token, again.Token = test.token, test.token
			again.Since = noon.Format("2006-01-02T15:04:05Z07:00")
			receipt, err := service.Take(context.Background(), somebody, first, test.key)
			if err != nil {
				t.Fatal(err)
			}
			second, err := service.Take(context.Background(), elsewhere, again, test.key)
			if err != nil {
				t.Fatal(err)
			}
			if len(behind.reports) != test.count || (receipt.ID == second.ID) != (test.count == 1) {
				t.Errorf("%d reports, %s and %s", len(behind.reports), receipt.ID, second.ID)
			}
			other := first
			other.Symptom = "send"
			if _, err := service.Take(context.Background(), somebody, other, test.key); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeConflict {
				t.Errorf("the same key with another report: %v", err)
			}
		})
	}
}
