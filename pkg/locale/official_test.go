package locale

import (
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

func TestOfficial(t *testing.T) {
	since := time.Date(2025, 2, 28, 15, 12, 0, 0, time.UTC)
	f := NewIncidentFormatter(names{}, names{})
	in := public.Incident{Service: "whatsapp", Country: countrytest.GB, State: outage.StateOpen, Since: outage.MinuteOf(since), OpenedAt: since.Add(4 * time.Minute)}
	if got := f.Official("en", in, since); got != "" {
		t.Errorf("without a notice: %q", got)
	}
	notice := outage.Notice{ID: "1", State: outage.OfficialMajor, Phase: outage.PhaseInvestigating, PublishedAt: since.Add(29 * time.Minute)}
	says := func(change func()) string {
		change()
		in.Official = public.NoticeOf(in, []outage.Notice{notice}, since.Add(3*time.Hour))
		return f.Official("en", in, since)
	}
	for _, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "says: investigating since 15:41 UK time, 29 min after the first people."},
		{func() { notice.Phase = outage.PhaseMonitoring }, "says: fix in place, notice of 15:41 UK time, 29 min after the first people."},
		{func() { notice.Phase, notice.ResolvedAt = outage.PhaseResolved, since.Add(time.Hour) }, "They say resolved, reports go on."},
		{func() { in.State, in.ClosedAt = outage.StateResolved, since.Add(2*time.Hour) }, "says: resolved, notice of 15:41 UK time, 29 min after the first people."},
		{func() { notice.PublishedAt = since.Add(-5 * time.Minute) }, "5 min before the first people."},
		{func() { notice.PublishedAt, notice.SeenAt = time.Time{}, since.Add(time.Minute) }, "says: resolved, notice of 15:13 UK time."},
	} {
		if got := says(step.change); !strings.HasSuffix(got, step.want) {
			t.Errorf("%q, want %q", got, step.want)
		}
	}
	for state, want := range map[outage.OfficialState]string{outage.OfficialOperational: "nothing of trouble", outage.OfficialUnknown: "cannot be read", outage.OfficialMajor: "says: "} {
		now := outage.Official{State: state, Notices: []outage.Notice{notice}}
		for _, lang := range Languages() {
			got := f.OfficialNow(lang, "whatsapp", countrytest.GB, now, since)
			if got == "" || lang == "en" && !strings.Contains(got, want) || strings.Contains(got, "{") {
				t.Errorf("%s in %s: %q", state, lang, got)
			}
		}
	}
}
