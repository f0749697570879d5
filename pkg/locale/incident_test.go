package locale

import (
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

type names struct{}

func (names) Service(slug string) (outage.Service, bool) {
	switch slug {
	case "whatsapp":
		return outage.Service{Slug: slug, Name: "WhatsApp", Names: map[string]string{"bn": "হোয়াটসঅ্যাপ"}}, true
	case "jio":
		return outage.Service{Slug: slug, Name: "Jio"}, true
	}
	return outage.Service{}, false
}

func (names) RegionName(region outage.Region, lang string) string { return string(region) + "/" + lang }

func incident() outage.Incident {
	opened := time.Date(2025, 2, 28, 15, 13, 0, 0, time.UTC)
	return outage.Incident{
		Service: "whatsapp", Country: countrytest.IN, OpenedAt: opened, Since: outage.MinuteOf(opened) - 8,
		Observed: 1234567, Expected: 18.36, Threshold: 61.2, Footprint: outage.Footprint{Scope: outage.ScopeCountry},
		Verdict: outage.LikelyCause,
	}
}

func TestSentence(t *testing.T) {
	for _, c := range []struct {
		name, lang string
		change     func(*outage.Incident)
		want       string
	}{
		{"lakhs in India", "en", nil,
			"On 28 February 2025 from 20:35 to 20:43 India time (15:05–15:13 UTC), 12,34,567 people reported problems with WhatsApp in India; about 18 is usual for that time, and an incident needs 61."},
		{"thousands in the UK", "en", func(i *outage.Incident) { i.Country = countrytest.GB },
			"On 28 February 2025 from 15:05 to 15:13 UK time (15:05–15:13 UTC), 1,234,567 people reported problems with WhatsApp in the UK; about 18 is usual for that time, and an incident needs 61."},
		{"one person, a part of a region", "en", func(i *outage.Incident) {
			i.Observed, i.Expected = 1, .66
			i.Footprint = outage.Footprint{Scope: outage.ScopeCell, Regions: []outage.Region{"IN-WB"}}
		}, "On 28 February 2025 from 20:35 to 20:43 India time (15:05–15:13 UTC), 1 person reported problems with WhatsApp in India (part of IN-WB/en); about 0.7 is usual for that time, and an incident needs 61."},
		{"over midnight", "en", func(i *outage.Incident) {
			i.OpenedAt = time.Date(2025, 2, 28, 18, 33, 0, 0, time.UTC)
			i.Since = outage.MinuteOf(i.OpenedAt) - 8
			i.Footprint = outage.Footprint{Scope: outage.ScopeRegion, Regions: []outage.Region{"a", "b", "c", "d"}}
		}, "From 23:55 on 28 February 2025 to 00:03 on 1 March 2025, India time (28 February 2025, 18:25–18:33 UTC), 12,34,567 people reported problems with WhatsApp in India (a/en, b/en, c/en and 1 more); about 18 is usual for that time, and an incident needs 61."},
		{"not its fault", "en", func(i *outage.Incident) { i.Verdict, i.Cause = outage.LikelyCollateral, "jio" },
			"On 28 February 2025 from 20:35 to 20:43 India time (15:05–15:13 UTC), 12,34,567 people reported problems with WhatsApp in India; about 18 is usual for that time, and an incident needs 61. WhatsApp itself is probably not at fault: it looks as if Jio had the problem and people named WhatsApp."},
		{"Bengali digits and names", "bn", nil,
			"২৮ ফেব্রুয়ারি ২০২৫, ২০:৩৫ থেকে ২০:৪৩, ভারতীয় সময় (১৫:০৫–১৫:১৩ UTC), ভারতে ১২,৩৪,৫৬৭ জন ব্যবহারকারী হোয়াটসঅ্যাপ নিয়ে সমস্যা জানিয়েছেন; ওই সময়ে স্বাভাবিক প্রায় ১৮, আর ৬১ হলে ঘটনা ধরা হয়।"},
		{"Hindi", "hi", nil,
			"28 फ़रवरी 2025 को 20:35 से 20:43 तक, भारतीय समय (15:05–15:13 UTC), भारत में 12,34,567 लोगों ने WhatsApp में दिक्कत बताई; उस समय सामान्य लगभग 18 है, और 61 पर घटना दर्ज होती है।"},
		{"Welsh", "cy", func(i *outage.Incident) { i.Country = countrytest.GB },
			"Ar 28 Chwefror 2025 o 15:05 i 15:13 amser y DU (15:05–15:13 UTC), rhoddodd 1,234,567 o bobl wybod am broblem gyda gwasanaeth WhatsApp yn y DU; mae tua 18 yn arferol ar yr adeg honno, ac mae angen 61 ar gyfer digwyddiad."},
		{"a language that is not there", "fr", func(i *outage.Incident) { i.Service = "new" },
			"On 28 February 2025 from 20:35 to 20:43 India time (15:05–15:13 UTC), 12,34,567 people reported problems with new in India; about 18 is usual for that time, and an incident needs 61."},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := incident()
			if c.change != nil {
				c.change(&in)
			}
			if got := NewIncidentFormatter(names{}, names{}).Describe(c.lang, public.IncidentOf(outage.Record{Incident: in}, nil)); got != c.want {
				t.Errorf("\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestAllLanguages(t *testing.T) {
	all := NewIncidentFormatter(names{}, names{}).All(public.IncidentOf(outage.Record{Incident: incident()}, nil))
	for _, lang := range Languages() {
		if strings.ContainsAny(all[lang], "{}") || all[lang] == "" {
			t.Errorf("%s: %q", lang, all[lang])
		}
	}
}

func BenchmarkAll(b *testing.B) {
	formatter, in := NewIncidentFormatter(names{}, names{}), incident()
	for b.Loop() {
		formatter.All(public.IncidentOf(outage.Record{Incident: in}, nil))
	}
}
