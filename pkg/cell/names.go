package cell

import (
	"strings"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
)

// namesHeader are the columns of the table of names: the region, then a
// language each.
const namesHeader = "code,en,hi,bn,cy"

// RegionName is the name of a region in a language (en, hi, bn or cy), in
// English where there is none, and the code itself for an unknown region.
// Welsh has names for the regions of the United Kingdom only.
func (g *Geography) RegionName(region outage.Region, lang string) string {
	names := g.names[region]
	if name := names[lang]; name != "" {
		return name
	}
	if name := names["en"]; name != "" {
		return name
	}
	return string(region)
}

func readNames(table []byte) (map[outage.Region]map[string]string, error) {
	rows, err := csvtable.Rows("the names of regions", table, namesHeader)
	if err != nil {
		return nil, err
	}
	languages := strings.Split(namesHeader, ",")[1:]
	out := make(map[outage.Region]map[string]string, len(rows))
	for _, row := range rows {
		names := make(map[string]string, len(languages))
		for i, language := range languages {
			names[language] = row[i+1]
		}
		out[outage.Region(row[0])] = names
	}
	return out, nil
}
