package frontend

import (
	"context"
	"net/netip"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Intake takes reports and takes them back. An error that the sender can act
// on is an *outage.Error whose Field is the name of a field of the form.
type Intake interface {
	// Take counts a submission, or says with the receipt that its sender
	// already counted. The key may be empty; a key seen before gives the first
	// receipt again.
	Take(ctx context.Context, client outage.Client, report outage.Submission, idempotencyKey string) (outage.Receipt, error)
	// Undo takes back the report with this id, given the token of its receipt.
	Undo(ctx context.Context, from netip.Addr, id, token string) error
}
