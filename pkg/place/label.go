package place

import (
	"cmp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// suggest are places under names that are understood as them in a country, "" for any;
// those of which there is no such name are left out.
func (x *Index) suggest(all names, country outage.Country, limit int) (out []outage.Place) {
	seen := map[where]bool{}
	for _, n := range all {
		e := x.entries[n.entry]
		if len(out) == limit {
			break
		}
		if seen[e.where] {
			continue
		}
		if label, ok := x.label(n, country); ok {
			out = append(out, e.where.place(label, e.kind))
			seen[e.where] = true
		}
	}
	return out
}

// label is a name by which a place is understood: the one that is shown by itself, else
// with its region, its district or both, in the language of that name. A town has none
// where its name is understood as the region around it.
func (x *Index) label(n name, country outage.Country) (string, bool) {
	at := x.entries[n.entry].where
	region, district := title(x.regions[at.region], n.lang), title(x.districts[at.district], n.lang)
	for _, more := range []string{"", region, district, district + ", " + region} {
		label := n.text
		if more != "" {
			label += ", " + more
		}
		m := x.meaning(label, country)
		if !m.sure || len(m.names) == 0 {
			continue
		}
		got := x.entries[m.names[0].entry].where
		if got == at {
			return label, true
		}
		if got.region == at.region && got.cell == 0 && (got.district == "" || got.district == at.district) {
			return "", false
		}
	}
	return "", false
}

// title is a name in a language, in English where there is none.
func title(names map[string]string, language string) string {
	return cmp.Or(names[language], names["en"])
}
