package intake

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// importDays is the lifetime of a key for the reporters of imports, in days.
const importDays = 28

// importOverlap is how long the key before is still checked: as long as the half hours of
// an import are stored.
const importOverlap = 2 * time.Hour

// TakeBatch checks the lines of an import and counts them in order of time. The
// importer is the name of its API key: ids and reporters of two importers are
// unrelated. With an Idempotency-Key, which may be empty, a repeated batch gets the
// first outcome of its lines; without one, stored lines are duplicates. Errors are
// outage.Errors; after one of CodeUnavailable some lines may be stored, and the batch can
// be sent again.
func (s *Service) TakeBatch(ctx context.Context, importer string, body []byte, idempotencyKey string) (receipt outage.BatchReceipt, err error) {
	defer func() {
		if err != nil {
			countRefusal(sourceBatch, err)
			return
		}
		countBatch(receipt)
	}()
	now := s.Now().UTC()
	if err := checkIdempotencyKey(idempotencyKey); err != nil {
		return outage.BatchReceipt{}, err
	}
	lines, rejected, err := decodeLines(body)
	if err != nil {
		return outage.BatchReceipt{}, err
	}
	marker, err := s.identity.marker(ctx, importer, now)
	if err != nil {
		return outage.BatchReceipt{}, err
	}
	receipt = outage.BatchReceipt{Rejected: rejected}
	reports := s.checkLines(lines, marker, now, &receipt)
	slices.SortStableFunc(receipt.Rejected, func(a, b *outage.Error) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(reports, func(a, b outage.Report) int { return a.At.Compare(b.At) })
	if len(reports) == 0 {
		return receipt, s.reportImport(ctx, reports, receipt.Final, now)
	}
	outcomes, err := s.Counter.AddBatch(ctx, requestName(importer, idempotencyKey), reports)
	if err != nil {
		return outage.BatchReceipt{}, err
	}
	countOutcomes(outcomes, &receipt)
	return receipt, s.reportImport(ctx, reports, receipt.Final, now)
}

// checkLines converts lines to reports, and adds those that are rejected or repeated to
// the receipt instead.
func (s *Service) checkLines(lines []line, marker *marker, now time.Time, receipt *outage.BatchReceipt) []outage.Report {
	reports := make([]outage.Report, 0, len(lines))
	known := make(map[lineID]bool, len(lines))
	for _, one := range lines {
		if one.final {
			receipt.Final = true
			continue
		}
		report, err := s.checkLine(one, now)
		if err != nil {
			receipt.Rejected = append(receipt.Rejected, atLine(one.number, err))
			continue
		}
		marker.mark(&report, one)
		id := lineID{report.ID.Shard, report.ID.Random}
		if known[id] {
			receipt.Duplicate++
			continue
		}
		known[id] = true
		reports = append(reports, report)
	}
	return reports
}

// countOutcomes adds the outcomes of the reports to the receipt.
func countOutcomes(outcomes []outage.Outcome, receipt *outage.BatchReceipt) {
	for _, outcome := range outcomes {
		switch outcome {
		case outage.Duplicate:
			receipt.Duplicate++
		case outage.Counted:
			receipt.Counted++
			receipt.Accepted++
		default:
			receipt.Accepted++
		}
	}
}

// reportImport records the span of the past that the reports, in order of time, cover.
func (s *Service) reportImport(ctx context.Context, reports []outage.Report, final bool, now time.Time) error {
	if s.Imports == nil {
		return nil
	}
	border := outage.MinuteOf(now.Add(-s.HotWindow))
	var span outage.Span
	for _, report := range reports {
		if minute := report.Minute(); minute <= border {
			if span.To == 0 {
				span.From = minute
			}
			span.To = minute + 1
		}
	}
	if err := s.Imports.Heard(ctx, span, final); err != nil {
		return outage.Unavailable("recording an import", err, "the batch cannot be accepted at the moment, please send it again", retryAfter)
	}
	return nil
}

// requestName is unique to a request, except among those of an importer with the
// same Idempotency-Key.
func requestName(importer, idempotencyKey string) string {
	if idempotencyKey == "" {
		return rand.Text()
	}
	return hashed("batch", fmt.Sprintf("%q %q", importer, idempotencyKey))
}

// checkLine converts a line to a report without its reporter.
func (s *Service) checkLine(one line, now time.Time) (outage.Report, error) {
	switch {
	case one.reportedAt == "":
		return outage.Report{}, outage.Invalid("reported_at", "is missing")
	case one.reporter == "":
		return outage.Report{}, outage.Invalid("reporter", "is missing")
	case len(one.reporter) > maxIdentity:
		return outage.Report{}, outage.Invalid("reporter", "has more than %d bytes", maxIdentity)
	case len(one.id) > maxIdentity:
		return outage.Report{}, outage.Invalid("id", "has more than %d bytes", maxIdentity)
	}
	at, err := time.Parse(time.RFC3339, one.reportedAt)
	switch {
	case err != nil:
		return outage.Report{}, outage.Invalid("reported_at", "must be a time like %s", now.Format(time.RFC3339))
	case at.After(now.Add(clockSlack)):
		return outage.Report{}, outage.Invalid("reported_at", "lies in the future")
	case at.Before(now.Add(-importAtMost)):
		return outage.Report{}, outage.Invalid("reported_at", "lies more than 10 years back")
	}
	report, err := s.check(one.Submission, "", at.UTC())
	report.Keyed = true
	return report.Report, err
}

// lineID identifies a line: the shard of its reporter, and a hash.
type lineID struct {
	shard  byte
	random uint64
}

// marker sets the ids and reporters of the lines of one importer.
type marker struct {
	importer     string
	now          time.Time
	key, earlier *secret
}

// marker reads the keys under which the reporters of imports are hashed.
func (i *identity) marker(ctx context.Context, importer string, now time.Time) (*marker, error) {
	const length = importDays * 24 * time.Hour
	epoch := now.Unix() / int64(length/time.Second)
	began := time.Unix(epoch*int64(length/time.Second), 0)
	m := &marker{importer: importer, now: now}
	var err error
	if m.key, err = i.key(ctx, fmt.Sprintf("import:%d", epoch), began.Add(length+importOverlap)); err != nil {
		return nil, err
	}
	if now.Sub(began) < importOverlap {
		name := fmt.Sprintf("import:%d", epoch-1)
		m.earlier, err = i.cached(name, began.Add(importOverlap), func() ([]byte, error) { return i.store.Find(ctx, name) })
	}
	return m, err
}

// mark sets the id and reporter of a report. The shard is an unkeyed hash of the reporter,
// so that a line has the same shard whenever keys change; it is eight bits, which identify
// nobody.
func (m *marker) mark(report *outage.Report, one line) {
	report.Reporter = keyed(m.key, m.importer, one.reporter)
	if m.earlier != nil {
		report.Earlier = keyed(m.earlier, m.importer, one.reporter)
	}
	content := one.Submission
	content.Kind, content.Token = string(report.Kind), ""
	parts := []string{"content", m.importer, one.reporter, strconv.FormatInt(report.At.UnixNano(), 10), fingerprint(content)}
	if one.id != "" {
		parts = []string{"id", m.importer, one.id}
	}
	report.ID = outage.ReportID{
		Shard:    byte(digest("reporter", m.importer, one.reporter)),
		Received: outage.MinuteOf(m.now),
		Random:   digest(parts...),
	}
}

// digest is 64 bits of the SHA-256 of texts, each preceded by its length.
func digest(texts ...string) uint64 {
	var encoded []byte
	for _, text := range texts {
		encoded = binary.BigEndian.AppendUint64(encoded, uint64(len(text)))
		encoded = append(encoded, text...)
	}
	sum := sha256.Sum256(encoded)
	return binary.BigEndian.Uint64(sum[:])
}
