package pagetest

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Incidents holds the incidents of the days up to Noon: one open in India, one
// recovering, and some resolved.
type Incidents struct {
	Err     error
	Empty   bool
	Changed *outage.Record // replaces the incident with its id
	Several bool           // adds the incidents of SeveralOf
	Quiet   bool           // has those that ended alone
}

// SeveralOf is the service of which Several adds incidents in India: fourteen that
// are open in as many regions, and three that ended the day before.
const SeveralOf = "airtel"

// several makes the incidents of SeveralOf, the latest opened first.
func several() (records []outage.Record) {
	regions := []outage.Region{
		"IN-AS", "IN-GA", "IN-HP", "IN-HR", "IN-JK", "IN-KL", "IN-MN", "IN-OD", "IN-PB", "IN-SK", "IN-TR", "IN-UK", "IN-WB", "IN-MH",
	}
	for i, region := range regions {
		record := happened(SeveralOf, countrytest.IN, time.Duration(10+3*i)*time.Minute, 0, outage.ScopeCell, region)
		record.Severity, record.Observed = outage.SeverityMinor, int64(20+i)
		records = append(records, record)
	}
	for i, region := range regions[:3] {
		record := happened(SeveralOf, countrytest.IN, 24*time.Hour+time.Duration(i)*time.Minute, time.Hour, outage.ScopeCell, region)
		record.Severity = outage.SeverityMinor
		records = append(records, record)
	}
	return records
}

// openIncident and endedIncident are ids of two of them.
const (
	OpenIncident  = "whatsapp-in-20261118T1048Z"
	EndedIncident = "upi-in-20261116T1831Z"
)

// happened makes an incident that opened a while before noon.
func happened(service string, country outage.Country, ago, lasted time.Duration, scope outage.Scope, regions ...outage.Region) outage.Record {
	opened := Noon.Add(-ago)
	in := outage.Incident{
		ID: outage.IncidentID(service, country, opened), Service: service, Country: country, State: outage.StateOpen,
		OpenedAt: opened, Since: outage.MinuteOf(opened) - 7, Final: true,
		Observed: 1412, Expected: 24.6, Threshold: 91, Ratio: 8.6, Peak: 11.2,
		Severity: outage.SeverityMajor, Verdict: outage.LikelyCause,
		Footprint: outage.Footprint{Scope: scope, Regions: regions},
	}
	for _, land := range Land {
		for _, region := range regions {
			if land.region == region {
				in.Footprint.Cells = append(in.Footprint.Cells, outage.CellWeight{Cell: land.cell, Weight: 9})
			}
		}
	}
	record := outage.Record{Incident: in, Changes: []outage.Change{{At: opened, State: outage.StateOpen, Ratio: 8.2}}}
	if lasted > 0 {
		closed := opened.Add(lasted)
		record.State, record.ClosedAt, record.Ratio = outage.StateResolved, closed, 1.1
		record.Changes = append(record.Changes,
			outage.Change{At: closed.Add(-9 * time.Minute), State: outage.StateRecovering, Ratio: 2.1},
			outage.Change{At: closed, State: outage.StateResolved, Ratio: 1.1})
	}
	return record
}

func (f Incidents) Records() []outage.Record {
	day := 24 * time.Hour
	open := happened("whatsapp", countrytest.IN, 106*time.Minute, 0, outage.ScopeRegion, "IN-WB", "IN-BR", "IN-JH", "IN-OD", "IN-UP")
	open.Severity = outage.SeverityCritical
	open.Access = &outage.AccessFinding{Pattern: outage.AccessAlike}
	falling := happened("instagram", countrytest.IN, 94*time.Minute, 0, outage.ScopeCountry)
	falling.State, falling.Verdict, falling.Cause = outage.StateRecovering, outage.LikelyCollateral, "whatsapp"
	falling.Reasons = []outage.Reason{outage.ReasonFootprint, outage.ReasonOnset, outage.ReasonSize}
	falling.Changes[0].Verdict = outage.LikelyCause
	falling.Changes = append(falling.Changes,
		outage.Change{At: Noon.Add(-80 * time.Minute), State: outage.StateOpen, Ratio: 9, Verdict: outage.LikelyCollateral, Cause: "facebook"},
		outage.Change{At: Noon.Add(-70 * time.Minute), State: outage.StateOpen, Ratio: 9, Verdict: outage.LikelyCause},
		outage.Change{At: Noon.Add(-60 * time.Minute), State: outage.StateOpen, Ratio: 9, Verdict: outage.LikelyCollateral, Cause: "whatsapp"})
	falling.Changes = append(falling.Changes, outage.Change{At: Noon.Add(-4 * time.Minute), State: outage.StateRecovering, Ratio: 2})
	upi := happened("upi", countrytest.IN, day+18*time.Hour+3*time.Minute, 5*time.Hour+47*time.Minute, outage.ScopeCountry)
	bt := happened("bt", countrytest.GB, 3*day, 41*time.Minute, outage.ScopeCell, "GB-TLE")
	bt.Severity, bt.Observed, bt.Expected, bt.Threshold = outage.SeverityMinor, 31, 2.4, 14
	if f.Changed != nil && f.Changed.ID == falling.ID {
		falling = *f.Changed
	}
	records := []outage.Record{falling, open}
	if f.Quiet {
		records = nil
	}
	if f.Several {
		records = append(several(), records...)
	}
	return append(records,
		upi, bt,
		happened("whatsapp", countrytest.GB, 5*day, 72*time.Minute, outage.ScopeCountry),
		happened("whatsapp", countrytest.IN, 19*day, 33*time.Minute, outage.ScopeRegion, "IN-MH"),
		happened("gone", countrytest.IN, 44*day, 15*time.Minute, outage.ScopeRegion),
	)
}

func (f Incidents) Incidents(_ context.Context, filter outage.IncidentFilter, _ string, limit int) (page []public.Incident, next string, err error) {
	if f.Empty || f.Err != nil {
		return nil, "", f.Err
	}
	for _, record := range f.Records() {
		if filter.Matches(record.Incident) {
			page = append(page, publicOf(record))
		}
	}
	if len(page) > limit {
		return page[:limit], "more", nil
	}
	return page, "", nil
}

func (f Incidents) Incident(_ context.Context, id string) (public.Incident, error) {
	for _, record := range f.Records() {
		if record.ID == id && !f.Empty {
			return publicOf(record), f.Err
		}
	}
	return public.Incident{}, &outage.Error{Code: outage.CodeNotFound, Field: "id", Detail: "no incident has this id"}
}

// publicOf is the public form of a record, with what the vendor said about the open one.
func publicOf(record outage.Record) public.Incident {
	in := public.IncidentOf(record, nil)
	if in.ID == OpenIncident {
		in.Official = public.NoticeOf(in, []outage.Notice{Notice}, Noon)
	}
	return in
}
