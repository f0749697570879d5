package place

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// slugs are the names of regions and districts in addresses.
type slugs struct {
	of map[outage.Area][]string // the best first
	at map[slugKey]outage.Area
}

type slugKey struct {
	country outage.Country
	slug    string
}

// addSlugs names the regions and districts of a country. The best slug is the English
// name, a region's before a district's; districts of one name have that of their region
// behind it, and a district named as a region has "district". The last one is the code
// without that of the country. All are told apart within the country.
func (x *Index) addSlugs(country outage.Country, regions []outage.Area, districts []outage.Area) {
	if x.slugs.of == nil {
		x.slugs = slugs{of: map[outage.Area][]string{}, at: map[slugKey]outage.Area{}}
	}
	bare, shared := map[outage.Area]string{}, map[string]int{}
	for _, region := range regions {
		bare[region] = slugOf(x.regions[region.Region]["en"])
		shared[bare[region]]++
	}
	for _, district := range districts {
		bare[district] = slugOf(x.districts[district.District]["en"])
		shared[bare[district]]++
	}
	for _, region := range regions {
		x.addSlug(region, bare[region])
	}
	for _, district := range districts {
		if shared[bare[district]] == 1 {
			x.addSlug(district, bare[district])
		}
	}
	for _, district := range districts {
		region := bare[outage.Area{Country: country, Region: district.Region}]
		if bare[district] == region {
			region = "district"
		}
		x.addSlug(district, bare[district]+"-"+region)
	}
	for _, area := range slices.Concat(regions, districts) {
		code := string(area.Region)
		if area.District != "" {
			code = string(area.District)
		}
		x.addSlug(area, slugOf(strings.TrimPrefix(code, string(country)+"-")))
	}
}

// addSlug adds a slug that no other area has.
func (x *Index) addSlug(area outage.Area, slug string) {
	at := slugKey{area.Country, slug}
	if _, taken := x.slugs.at[at]; taken || slug == "" {
		return
	}
	x.slugs.at[at] = area
	x.slugs.of[area] = append(x.slugs.of[area], slug)
}

// slugOf is a name in the letters of an address.
func slugOf(name string) string {
	slug := strings.Join(words(name), "-")
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, slug)
}

// Slugs are the names of a region or a district in addresses within its country, the
// best first; none for one that is not known, and for a whole country.
func (x *Index) Slugs(area outage.Area) []string { return x.slugs.of[area] }

// AreaOf is the region or the district of a slug; false where no area of the country
// has it.
func (x *Index) AreaOf(country outage.Country, slug string) (outage.Area, bool) {
	area, ok := x.slugs.at[slugKey{country, slug}]
	return area, ok
}
