package frontend

import (
	"context"
	"net/netip"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Intake accepts and undoes reports. An error that the sender can correct is an
// *outage.Error whose Field is the name of a field of the form.
type Intake interface {
	// Take counts a submission; the receipt has whether it counted. The key may be
	// empty; a repeated key returns the first receipt.
	Take(ctx context.Context, client outage.Client, report outage.Submission, idempotencyKey string) (outage.Receipt, error)
	// Undo undoes the report with this id, given the token of its receipt.
	Undo(ctx context.Context, from netip.Addr, id, token string) error
	// Place moves the report to a place in a country, "" for any.
	Place(ctx context.Context, from netip.Addr, id, token, text string, country outage.Country) (outage.Place, error)
}

// Wanted counts requests for services that the catalogue lacks. The error is an
// *outage.Error where the sender has to wait.
type Wanted interface {
	Ask(ctx context.Context, from netip.Addr, text string) error
}
