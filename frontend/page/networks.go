package page

import (
	"context"
	"strings"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// networkTable is the access networks of those who report a service in a country. It
// is collapsed at first, under a summary.
type networkTable struct {
	*locale.Localizer
	Heading  string
	Sentence string // what they say of the cause of an incident, "" for nothing
	Summary  string
	Caption  string
	Rows     []networkRow
}

type networkRow struct{ Name, Number, Compared string }

// Any reports whether there is anything to show.
func (t networkTable) Any() bool { return t.Sentence != "" || len(t.Rows) > 0 }

// networkTable makes the table of a breakdown.
func (n names) networkTable(found public.Networks, sentence string) networkTable {
	t := networkTable{
		Localizer: n.Localizer, Heading: n.T("networks.heading"), Sentence: sentence, Summary: n.T("networks.open"),
		Caption: n.T("networks.of", "named", n.Int(found.Named), "total", n.Int(found.Total)),
	}
	const first = 3
	var compared []string
	for _, item := range found.Items {
		name, reading := n.serviceNamed(item.Network), item.Reading()
		row := networkRow{name, n.Int(item.Reports), n.reading(item)}
		t.Rows = append(t.Rows, row)
		if reading != public.ReadingFew && len(compared) < first {
			compared = append(compared, name+" "+row.Compared)
		}
	}
	if len(compared) > 0 {
		t.Summary = strings.Join(compared, ", ")
	}
	return t
}

// reading is how a network compares with its ordinary share, in words.
func (n names) reading(item public.NetworkCount) string {
	key := "networks." + string(item.Reading())
	if item.Reading() == public.ReadingMore {
		return n.T(key, "times", n.Amount(item.Ratio.Ratio))
	}
	return n.T(key)
}

// networks reads the access networks of a day, or of the open incident. The page of
// several countries has none: each country has networks of its own.
func (page *servicePage) networks(ctx context.Context, service outage.Service) {
	if len(page.Verdicts) > 1 {
		return
	}
	v, now := page.Verdicts[0], outage.MinuteOf(page.read.asOf).Floor(outage.Quarter)
	span, sentence := outage.Span{From: now - day, To: now}, ""
	if in := v.health.Incident; in != nil {
		span, sentence = in.Span(page.read.asOf), page.builder.sentences.Networks(page.At.Lang, *in)
	}
	found, ok := readOrLastGood(page.read, "networks", "/"+service.Slug+"/"+string(v.Country), func() (public.Networks, error) {
		return page.read.readings.Networks(ctx, service.Slug, v.Country, "", span)
	})
	if table := page.words.networkTable(found, sentence); ok && table.Any() {
		page.Networks = []networkTable{table}
	}
}
