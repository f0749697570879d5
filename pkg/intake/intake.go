// Package intake accepts reports from clients.
//
// It converts the bytes of a request to a report that can be counted: decoding,
// validation, rate limits, identity of the sender, and idempotency. Coordinates are
// converted to cells here, and address, user agent and language to keyed hashes; neither
// is passed on. A request with an Idempotency-Key is one report however often it is sent.
// An error names the field at fault; an unknown service, symptom or field is an
// error.
package intake

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/ratelimit"
)

// Counter stores reports. Add returns whether the report counted; adding a report again,
// by its ID, changes nothing and returns the first outcome. AddBatch stores the lines of an
// import in their order and returns the outcome of each; a repeated request, by its name,
// gets its first outcomes. All may block for round trips to Redis, and fail with
// outage.Errors.
type Counter interface {
	Add(ctx context.Context, report outage.Report) (counted bool, err error)
	AddBatch(ctx context.Context, request string, reports []outage.Report) ([]outage.Outcome, error)
	Undo(ctx context.Context, id outage.ReportID, undoHash uint64) error
	// Move gives a report of the last minutes a more exact place.
	Move(ctx context.Context, id outage.ReportID, undoHash uint64, to outage.Place) error
}

// Catalog knows the services. AccessNetwork is the slug of the access network of
// a country that a text means, "" for none.
type Catalog interface {
	Service(slug string) (outage.Service, bool)
	AccessNetwork(text string, country outage.Country) string
}

// Geography turns a coordinate into a cell and its region. Its error is an
// outage.Error on the field "location".
type Geography interface {
	Locate(outage.LatLng) (outage.Cell, outage.Country, outage.Region, error)
	// DistrictOf is the district that has most of a cell, "" where it lies in another region.
	DistrictOf(cell outage.Cell, region outage.Region) outage.District
}

// Places finds what the name of a place stands for, in the given country or, where it is
// empty, in any. A place within a given country is of that country.
type Places interface {
	Resolve(text string, country outage.Country) outage.Resolution
}

// Imports receives the past span of each batch, and whether the importer has no more lines.
// When Heard returns without an error, a crash does not lose the span.
type Imports interface {
	Heard(ctx context.Context, span outage.Span, final bool) error
}

// Config is the configuration of a Service.
type Config struct {
	Counter   Counter
	Catalog   Catalog
	Geography Geography
	Places    Places
	Keys      KeyStore
	Answers   Answers
	// Imports may be nil: then incidents of imported spans are not detected.
	Imports Imports
	// HotWindow is how old a line may be before it belongs to the past.
	HotWindow time.Duration
	Logger    *slog.Logger // nil is slog.Default()
	// Status is the present status of a service in a country. It must not block.
	Status func(service string, country outage.Country) outage.StatusNumbers
	Now    func() time.Time
	// Hosters are the networks of hosting providers; nil for none.
	Hosters *Hosters
	// PerMinute is how many reports one IPv4 address or IPv6 /64 may send.
	PerMinute int
}

// Service accepts reports. Its methods are safe for concurrent use.
type Service struct {
	Config
	identity     *identity
	limits       *writeLimits
	undoFailures *ratelimit.Failures
}

// New makes a Service. Run must run as long as it is used.
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

// Run destroys expired keys until ctx ends.
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
	of, err := s.check(submission, client.AcceptLanguage, now)
	if err != nil {
		return outage.Receipt{}, err
	}
	if err := s.limits.take(client.Addr, now); err != nil {
		return outage.Receipt{}, err
	}
	report := of.Report
	shard, err := s.identity.mark(ctx, &report, client, submission.Token, now)
	if err != nil {
		return outage.Receipt{}, err
	}
	report.ID = outage.NewReportID(uint64(shard), now)
	undo := newUndoToken()
	report.UndoHash = hashUndo(undo)
	first := answer{Report: report, Receipt: s.receipt(report, of.unresolved, undo)}
	if idempotencyKey == "" {
		return s.count(ctx, first)
	}
	first.Fingerprint = fingerprint(submission)
	return s.countOnce(ctx, first, answerKey(idempotencyKey, client, submission.Token, report.Prefix))
}

func (s *Service) receipt(report outage.Report, unresolved *outage.Unresolved, undo string) outage.Receipt {
	return outage.Receipt{
		ID: report.ID.String(), Service: report.Service, Cell: report.Cell, Country: report.Country,
		Region: report.Region, District: report.District, Undo: undo, Unresolved: unresolved, StatusNumbers: s.Status(report.Service, report.Country),
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

// Undo undoes a report, given the token of its receipt. It counts as a write of the
// address, and a wrong id or token as an attempt to guess. Errors are outage.Errors.
func (s *Service) Undo(ctx context.Context, from netip.Addr, id, token string) error {
	return s.change(from, id, token, func(report outage.ReportID, undoHash uint64) error {
		return s.Counter.Undo(ctx, report, undoHash)
	})
}

// change changes a report of somebody who has the token of its receipt.
func (s *Service) change(from netip.Addr, id, token string, change func(report outage.ReportID, undoHash uint64) error) error {
	if token == "" {
		return outage.Invalid("undo", "is missing: give the undo token of the report's receipt")
	}
	parsed, err := outage.ParseReportID(id)
	if err != nil {
		return err
	}
	return s.limitGuesses(from, func() error {
		if err := s.limits.take(from, s.Now()); err != nil {
			return err
		}
		return change(parsed, hashUndo(token))
	})
}

// Quota is the remaining reports of an address. It is not counted as a request.
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
