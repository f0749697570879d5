package api

import (
	"testing"
	"time"

	"downpour/pkg/outage"
)

func TestNarrative(t *testing.T) {
	a := New(Config{Services: &world{}, Shapes: &world{}})
	opened := time.Date(2026, 11, 22, 0, 4, 0, 0, time.UTC)
	base := outage.Incident{
		Service: "whatsapp", Country: outage.IN, OpenedAt: opened, Since: outage.MinuteOf(opened) - 3,
		Observed: 12345, Expected: 18.36, Threshold: 61.2, Footprint: outage.Footprint{Scope: outage.ScopeCountry},
	}
	for _, test := range []struct {
		name   string
		change func(*outage.Incident)
		want   string
	}{
		{"a country", func(*outage.Incident) {},
			"On 22 November 2026, from 00:01 to 00:04 UTC, 12,345 people reported problems with WhatsApp in India; about 18 are normal for that time, and 61 are enough to open an incident."},
		{"over midnight, one person", func(i *outage.Incident) { i.Since -= 4; i.Observed, i.Expected = 1, 1 },
			"From 23:57 on 21 November 2026 to 00:04 on 22 November 2026 UTC, 1 person reported problems with WhatsApp in India; about 1 is normal for that time, and 61 are enough to open an incident."},
		{"a region", func(i *outage.Incident) {
			i.Footprint = outage.Footprint{Scope: outage.ScopeRegion, Regions: []outage.Region{"IN-WB"}}
			i.Expected = 0.66
		},
			"On 22 November 2026, from 00:01 to 00:04 UTC, 12,345 people reported problems with WhatsApp in West Bengal, India; about 0.7 are normal for that time, and 61 are enough to open an incident."},
	} {
		in := base
		test.change(&in)
		if got := a.narrative(in); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
	for _, test := range []struct {
		scope   outage.Scope
		regions []outage.Region
		want    string
	}{
		{outage.ScopeCell, []outage.Region{"IN-WB"}, "a part of West Bengal, India"},
		{outage.ScopeRegion, []outage.Region{"IN-WB", "IN-BR"}, "2 regions, mainly West Bengal, India"},
		{outage.ScopeRegion, nil, "India"},
	} {
		in := base
		in.Footprint = outage.Footprint{Scope: test.scope, Regions: test.regions}
		if got := a.where(in); got != test.want {
			t.Errorf("%s %v: %q, want %q", test.scope, test.regions, got, test.want)
		}
	}
}
