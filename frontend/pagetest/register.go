package pagetest

import (
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// Register has the quarter of Noon, which is provisional, and two versions of the one
// before.
type Register struct {
	Empty bool
	More  int // rows that are added to the quarter of Noon
}

// rows are those of a quarter, in the order of opening.
func (f Register) rows(quarter register.Quarter) (rows []register.Row) {
	if f.Empty {
		return nil
	}
	end := quarter.Start().Add(26 * time.Hour)
	whole := register.Row{
		ID: "upi-in-" + quarter.Start().Format("20060102") + "T0000Z", Service: "upi", Country: countrytest.IN, State: outage.StateResolved,
		Start: quarter.Start(), OpenedAt: quarter.Start(), End: &end, Duration: int64((26 * time.Hour).Seconds()), Scope: outage.ScopeCountry, Severity: outage.SeverityMajor,
		Regions: []outage.Region{"IN-WB", "IN-MH"}, Districts: []outage.District{"IN-D315"}, Total: new(int64(16_204)), Verdict: outage.LikelyCause,
	}
	rows = append(rows, whole)
	if quarter != register.QuarterOf(Noon) {
		return rows
	}
	for range f.More {
		rows = append(rows, whole)
	}
	start := Noon.Add(-2 * time.Hour)
	return append(rows, register.Row{
		ID: OpenIncident, Service: "instagram", Country: countrytest.GB, State: outage.StateOpen, Start: start, OpenedAt: start, Duration: 7200,
		Scope: outage.ScopeRegion, Severity: outage.SeverityMinor, Regions: []outage.Region{"GB-TLE"}, Verdict: outage.LikelyCollateral, Cause: new("whatsapp"),
	})
}

func (Register) AsOf() time.Time { return Noon }

func (f Register) Editions() []register.Edition {
	now := register.QuarterOf(Noon)
	before := register.QuarterOf(now.Start().AddDate(0, 0, -1))
	return []register.Edition{
		{Quarter: before, Version: 1, CreatedAt: before.End().AddDate(0, 0, 7), Incidents: 2, Digest: "ab"},
		{Quarter: before, Version: 2, CreatedAt: before.End().AddDate(0, 0, 20), Incidents: len(f.rows(before)), Digest: "cd"},
		{Quarter: now, CreatedAt: Noon, Incidents: len(f.rows(now))},
	}
}

func (f Register) Current(quarter register.Quarter) (register.Edition, []register.Row, bool) {
	editions := f.Editions()
	slices.Reverse(editions)
	for _, edition := range editions {
		if edition.Quarter == quarter {
			return edition, f.rows(quarter), true
		}
	}
	return register.Edition{}, nil, false
}

func (f Register) Rows(filter register.Filter) (rows []register.Row) {
	for _, edition := range f.Editions()[1:] {
		if filter.Year != 0 && (edition.Quarter.Year != filter.Year || edition.Quarter.Number != filter.Quarter) {
			continue
		}
		for _, row := range f.rows(edition.Quarter) {
			if filter.Matches(row) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}
