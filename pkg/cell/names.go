package cell

import (
	"cmp"

	"github.com/open-downpour/downpour/pkg/outage"
)

// RegionName is the name of a region in a language, in English where there is none,
// and the code itself for an unknown region.
func (g *Geography) RegionName(region outage.Region, lang string) string {
	return nameIn(g.names[region], lang, string(region))
}

func nameIn(names map[string]string, lang, otherwise string) string {
	return cmp.Or(names[lang], names["en"], otherwise)
}
