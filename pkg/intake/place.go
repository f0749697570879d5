package intake

import (
	"cmp"
	"context"
	"net/netip"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// locate sets the place of a report from its location, its place or its country.
func (s *Service) locate(sent outage.Submission, languages string, report *checked) error {
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
		found, err := s.resolve(sent.Place, country, languages)
		if err != nil {
			return err
		}
		report.Report = at(found.Place, report.Report)
		if !found.Understood {
			report.unresolved = &outage.Unresolved{Suggestions: found.Candidates}
		}
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

func at(place outage.Place, report outage.Report) outage.Report {
	report.Country, report.Region, report.District, report.Cell = place.Country, place.Region, place.District, place.Cell
	return report
}

// resolve is what the name of a place stands for. A name never makes a report invalid;
// only a report of which not even the country is known is.
func (s *Service) resolve(text string, country outage.Country, languages string) (outage.Resolution, error) {
	found := s.Places.Resolve(text, country)
	if found.Place.Country != "" {
		return found, nil
	}
	guess := locale.CountryOf(languages)
	if all := outage.Countries(); len(all) == 1 {
		guess = cmp.Or(guess, all[0])
	}
	if guess == "" {
		return found, outage.Invalid("country", "cannot be told from the place: give it too")
	}
	return s.Places.Resolve(text, guess), nil
}

// Place moves a report to a more exact place, as the answer to a receipt with an
// unresolved place. Country, which may be empty, is that of the report. It takes the
// token of the receipt and has the limits of Undo. Errors are outage.Errors: those of
// Undo, CodeInvalid on "place" with suggestions where the place is not understood, and
// CodeConflict where the report has a place that is as exact.
func (s *Service) Place(ctx context.Context, from netip.Addr, id, token, text string, country outage.Country) (outage.Place, error) {
	if text == "" {
		return outage.Place{}, outage.Invalid("place", "is missing")
	}
	if country != "" && !country.Covered() {
		return outage.Place{}, outage.Unknown("country", "is not one that is covered")
	}
	found := s.Places.Resolve(text, country)
	if !found.Understood {
		fault := outage.Invalid("place", "is not understood")
		fault.Suggestions = found.Candidates
		return outage.Place{}, fault
	}
	err := s.change(from, id, token, func(report outage.ReportID, undoHash uint64) error {
		return s.Counter.Move(ctx, report, undoHash, found.Place)
	})
	if err != nil {
		return outage.Place{}, err
	}
	return found.Place, nil
}
