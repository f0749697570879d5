package intake

import (
	"strings"
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
	maxPlace   = 80
	maxNetwork = 40
	maxToken   = 128
)

// check converts a submission to a report without its sender.
func (s *Service) check(sent outage.Submission, now time.Time) (outage.Report, error) {
	report := outage.Report{Kind: outage.Problem, At: now}
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
	if err := s.locate(sent, &report); err != nil {
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

// locate sets the cell of a report from its location, its place or its country.
func (s *Service) locate(sent outage.Submission, report *outage.Report) error {
	country := outage.Country(strings.ToUpper(sent.Country))
	if sent.Country != "" && !country.Covered() {
		return outage.Unknown("country", "is not one that is covered")
	}
	switch {
	case sent.Location != nil && sent.Place != "":
		return outage.Invalid("place", "must not be given together with location")
	case sent.Location != nil:
		cell, of, region, err := s.Geography.Locate(*sent.Location)
		if err != nil {
			return err
		}
		report.Cell, report.Country, report.Region, report.District = cell, of, region, s.Geography.DistrictOf(cell, region)
	case sent.Place != "":
		if utf8.RuneCountInString(sent.Place) > maxPlace {
			return outage.Invalid("place", "has more than %d characters", maxPlace)
		}
		place, err := s.Places.Lookup(sent.Place, country)
		if err != nil {
			return err
		}
		report.Cell, report.Country, report.Region, report.District = place.Cell, place.Country, place.Region, place.District
	case country == "":
		return outage.Invalid("location", "is missing: give a location, a place or a country")
	default:
		report.Country = country
	}
	if country != "" && report.Country != country {
		return outage.Invalid("country", "is not where the location is")
	}
	return nil
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
