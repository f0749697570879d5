// Package intake takes reports from strangers.
//
// It owns what happens between the bytes of a request and a report that can be
// counted: the limits, the checks, who is asking, whether they are too eager
// and whether they said the same before. The coordinate becomes a cell here
// and goes no further; the address, the user agent and the language become
// keyed hashes here and go no further. It promises that a request with an
// Idempotency-Key is one report however often it is sent, and that every
// refusal names the field at fault. It refuses to guess: an unknown service,
// symptom, place or field is an error.
package intake

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Counter stores reports. Add says whether the report counted; adding a report
// whose ID is known changes nothing and gives the first answer. AddBatch stores
// the lines of an import, of which the same holds, in their order, and gives
// the outcome of each; a request told again by its name gets its first outcome.
// All may block for round trips to Redis, and fail with outage.Errors.
type Counter interface {
	Add(ctx context.Context, report outage.Report) (counted bool, err error)
	AddBatch(ctx context.Context, request string, reports []outage.Report) ([]outage.Outcome, error)
	Undo(ctx context.Context, id outage.ReportID, undoHash uint64) error
}

// Catalog knows the services, and the access networks among them by any of their
// names.
type Catalog interface {
	Service(slug string) (outage.Service, bool)
	AccessNetwork(name string) (slug string, ok bool)
}

// Geography turns a coordinate into a cell and its region. Its error is an
// outage.Error on the field "location".
type Geography interface {
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
}

// Places turns the name of a place into its cell, in the given country or,
// where it is empty, in any. Its error is an outage.Error on the field "place".
type Places interface {
	Lookup(text string, country outage.Country) (outage.Place, error)
}

// Imports is told of the stretch of the past that a batch brought in, and
// whether the importer has no more. When Heard returns without an error, a
// crash cannot make it forgotten.
type Imports interface {
	Heard(ctx context.Context, span outage.Span, final bool) error
}

// Config is what a Service is made of.
type Config struct {
	Counter   Counter
	Catalog   Catalog
	Geography Geography
	Places    Places
	Keys      KeyStore
	Answers   Answers
	// Imports may be nil: then nobody judges what batches bring in.
	Imports Imports
	// HotWindow is how old a line may be before it belongs to the past.
	HotWindow time.Duration
	Logger    *slog.Logger // nil is slog.Default()
	// Status says how a service looks in a country now. It must not block.
	Status func(service string, country outage.Country) outage.StatusNumbers
	Now    func() time.Time
	// Hosters are the networks of machines for hire; nil where none is known.
	Hosters *Hosters
	// PerMinute is how many reports one IPv4 address or IPv6 /64 may send.
	PerMinute int
}

// Service is where reports are taken. Its methods are safe for concurrent use.
type Service struct {
	Config
	identity     *identity
	limits       *writeLimits
	undoFailures *ratelimit.Failures
}

// New makes a Service. Run must run beside it.
func New(config Config) *Service {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.PerMinute == 0 {
		config.PerMinute = DefaultPerMinute
	}
	return &Service{
		Config:       config,
		identity:     &identity{store: config.Keys, hosters: config.Hosters},
		limits:       newWriteLimits(config.PerMinute),
		undoFailures: newUndoFailures(config.Logger),
	}
}

// Run destroys keys that are over. It returns when ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticks := time.NewTicker(time.Minute)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			if err := s.identity.sweep(ctx, s.Now()); err != nil {
				s.Logger.Error("destroying expired keys failed, retrying", "error", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// Take checks a submission and counts it. idempotencyKey may be empty. Errors
// are outage.Errors.
func (s *Service) Take(ctx context.Context, client outage.Client, submission outage.Submission, idempotencyKey string) (receipt outage.Receipt, err error) {
	defer func() { countRefusal(sourceReport, err) }()
	now := s.Now().UTC()
	if err := checkIdempotencyKey(idempotencyKey); err != nil {
		return outage.Receipt{}, err
	}
	report, err := s.check(submission, now)
	if err != nil {
		return outage.Receipt{}, err
	}
	if err := s.limits.take(client.Addr, now); err != nil {
		return outage.Receipt{}, err
	}
	shard, err := s.identity.mark(ctx, &report, client, submission.Token, now)
	if err != nil {
		return outage.Receipt{}, err
	}
	report.ID = outage.NewReportID(uint64(shard), now)
	undo := newUndoToken()
	report.UndoHash = hashUndo(undo)
	first := answer{Report: report, Receipt: s.receipt(report, undo), Fingerprint: fingerprint(submission)}
	if idempotencyKey == "" {
		return s.count(ctx, first)
	}
	// A key that is easy to guess must not join two strangers, so it is that of
	// their browser or app in their network: from another network it is another
	// key. The network is in it as a hash under a secret key, since the name of an
	// answer could else be searched for addresses.
	own := fmt.Sprintf("%q", []string{
		idempotencyKey, client.UserAgent, client.AcceptLanguage, submission.Token, fmt.Sprintf("%x", report.Prefix),
	})
	return s.countOnce(ctx, first, own)
}

func (s *Service) receipt(report outage.Report, undo string) outage.Receipt {
	return outage.Receipt{
		ID: report.ID.String(), Service: report.Service, Cell: report.Cell, Country: report.Country,
		Region: report.Region, Undo: undo, StatusNumbers: s.Status(report.Service, report.Country),
	}
}

func (s *Service) count(ctx context.Context, a answer) (outage.Receipt, error) {
	counted, err := s.Counter.Add(ctx, a.Report)
	if err != nil {
		return outage.Receipt{}, err
	}
	countReport(counted)
	a.Receipt.Counted = counted
	return a.Receipt, nil
}

// Undo takes back a report, for who holds the token of its receipt. It counts as
// a write of the address, and a wrong id or token as an attempt to guess. Errors
// are outage.Errors.
func (s *Service) Undo(ctx context.Context, from netip.Addr, id, token string) error {
	if token == "" {
		return outage.Invalid("undo", "the undo token of the report's answer is needed")
	}
	parsed, err := outage.ParseReportID(id)
	if err != nil {
		return err
	}
	return s.limitGuesses(from, func() error {
		if err := s.limits.take(from, s.Now()); err != nil {
			return err
		}
		return s.Counter.Undo(ctx, parsed, hashUndo(token))
	})
}

// Quota is what an address may still send. It counts nothing.
func (s *Service) Quota(addr netip.Addr) outage.Quota { return s.limits.quota(addr, s.Now()) }

const undoTokenBytes = 12

func newUndoToken() string {
	var token [undoTokenBytes]byte
	rand.Read(token[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(token[:])
}

func hashUndo(token string) uint64 {
	sum := sha256.Sum256([]byte("undo " + token))
	return binary.BigEndian.Uint64(sum[:])
}
