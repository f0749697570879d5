package api

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

var (
	lastQuarter = register.Quarter{Year: 2026, Number: 3}
	thisQuarter = register.Quarter{Year: 2026, Number: 4}
)

func registerRows() []register.Row {
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	ended, total, cause := day(8, 3, 12), int64(4321), "jio"
	return []register.Row{
		{
			ID: "jio-in-20260803T0905Z", Service: "jio", Country: countrytest.IN, State: outage.StateResolved,
			Start: day(8, 3, 9), OpenedAt: day(8, 3, 9).Add(5 * time.Minute), End: &ended, Duration: 3 * 3600,
			Scope: outage.ScopeRegion, Severity: outage.SeverityMajor, Regions: []outage.Region{"IN-WB"}, Districts: []outage.District{"IN-WB-kolkata"},
			Services: []string{"jio", "whatsapp"}, Total: &total, PeakQuarter: &register.QuarterCount{Start: day(8, 3, 9), Reports: 1234},
			PeakRatio: 77.1235, Verdict: outage.LikelyCause,
			Updates: []register.Update{{At: day(8, 3, 9).Add(5 * time.Minute), State: outage.StateOpen, Verdict: outage.LikelyCause}, {At: ended, State: outage.StateResolved}},
		},
		{
			ID: "whatsapp-in-20261122T1900Z", Service: "whatsapp", Country: countrytest.IN, State: outage.StateOpen,
			Start: day(11, 22, 18), OpenedAt: day(11, 22, 19), Duration: 8400, Scope: outage.ScopeCountry, Severity: outage.SeverityCritical,
			Regions: []outage.Region{}, Districts: []outage.District{}, Services: []string{"whatsapp"}, PeakRatio: 12,
			Verdict: outage.LikelyCollateral, Cause: &cause, Updates: []register.Update{},
		},
	}
}

// quarterlies is a register with a stored quarter and one under way.
type quarterlies struct{}

func (quarterlies) Rows(filter register.Filter) (rows []register.Row) {
	for _, row := range registerRows() {
		if filter.Matches(row) && (filter.Quarter == 0 || register.QuarterOf(row.OpenedAt).Number == filter.Quarter) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (quarterlies) AsOf() time.Time { return now.Truncate(time.Minute) }

func (quarterlies) Editions() []register.Edition {
	return []register.Edition{
		{Quarter: lastQuarter, Version: 1, CreatedAt: lastQuarter.End().AddDate(0, 0, 7), Incidents: 1, Digest: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
		{Quarter: thisQuarter, CreatedAt: now.Truncate(time.Minute), Incidents: 1},
	}
}

func (q quarterlies) Version(_ context.Context, quarter register.Quarter, version int) (register.Edition, []register.Row, error) {
	for i, edition := range q.Editions() {
		if edition.Quarter == quarter && (version == 0 || version == edition.Version) {
			return edition, registerRows()[i : i+1], nil
		}
	}
	if quarter.Year == 2020 { // in an archive that is away
		return register.Edition{}, nil, down
	}
	return register.Edition{}, nil, &outage.Error{Code: outage.CodeNotFound, Detail: "The register has no such file."}
}
