package intake

import (
	"time"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Limits of times: the age of "since", and how far a client's clock may be ahead.
const (
	sinceAtMost = 7 * 24 * time.Hour
	clockSlack  = 2 * time.Minute
)

// The most characters of each text of a submission.
const (
	maxNetwork = 40
	maxToken   = 128
)

// checked is a report without its sender. Unresolved is set where its place is not
// understood.
type checked struct {
	outage.Report
	unresolved *outage.Unresolved
}

// check converts a submission to a report. Languages are those of the sender, of which
// the country is guessed where nothing else tells it.
func (s *Service) check(sent outage.Submission, languages string, now time.Time) (checked, error) {
	report := checked{Report: outage.Report{Kind: outage.Problem, At: now}}
	if sent.Service == "" {
		return report, outage.Invalid("service", "is missing")
	}
	service, ok := s.Catalog.Service(sent.Service)
	if !ok {
		return report, outage.Unknown("service", "no service has this name")
	}
	report.Service = service.Slug
	if sent.Kind != "" {
		report.Kind = outage.Kind(sent.Kind)
	}
	if !report.Kind.Valid() {
		return report, outage.Unknown("kind", "must be problem, works or back")
	}
	// Only a problem has a symptom; a form may send an earlier choice with another kind.
	if report.Kind == outage.Problem && sent.Symptom != "" {
		symptom, ok := service.Symptom(sent.Symptom)
		if !ok {
			return report, outage.Unknown("symptom", "%s has no such symptom", service.Name)
		}
		report.Symptom = symptom.Slug
	}
	if utf8.RuneCountInString(sent.Token) > maxToken {
		return report, outage.Invalid("token", "has more than %d characters", maxToken)
	}
	var err error
	if report.Since, err = since(sent.Since, now); err != nil {
		return report, err
	}
	if err := s.locate(sent, languages, &report); err != nil {
		return report, err
	}
	// A network that the catalogue does not know is left out: no free text is kept,
	// and no report is refused for it. It is looked for where the report was placed,
	// since the same name is another company elsewhere.
	if utf8.RuneCountInString(sent.Network) <= maxNetwork {
		report.Network = s.Catalog.AccessNetwork(sent.Network, report.Country)
	}
	return report, nil
}

func since(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return time.Time{}, outage.Invalid("since", "must be a time like %s", now.Format(time.RFC3339))
	case at.After(now.Add(clockSlack)):
		return time.Time{}, outage.Invalid("since", "lies in the future")
	case at.Before(now.Add(-sinceAtMost)):
		return time.Time{}, outage.Invalid("since", "lies more than 7 days back")
	}
	return at.UTC(), nil
}
