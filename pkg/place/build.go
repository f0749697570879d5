package place

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/outage"
)

// builder makes an index.
type builder struct {
	geography Geography
	index     *Index
	names     names
	// towns are the entries of towns by country and key, to find a city again among the
	// localities, and the city of an alias.
	towns map[townKey][]int32
	// areas are the entries of what is no town, of which a country's tables have some
	// twice.
	areas map[areaKey]int32
}

type areaKey struct {
	kind  outage.PlaceKind
	where where
}

type townKey struct {
	country outage.Country
	key     string
}

func newBuilder(geography Geography) *builder {
	return &builder{geography: geography, towns: map[townKey][]int32{}, areas: map[areaKey]int32{}, index: &Index{
		geography: geography,
		regions:   map[outage.Region]map[string]string{}, districts: map[outage.District]map[string]string{},
	}}
}

// add adds the places of a country: those that are told first keep their kind.
func (b *builder) add(pack *country.Pack) error {
	b.addCountry(pack)
	for _, region := range pack.Regions {
		b.index.regions[region.Code] = region.Names
		at := where{country: pack.Code, region: region.Code}
		b.named(b.entry(region.Names["en"], outage.PlaceRegion, at, 0), region.Names)
	}
	districts, err := pack.Districts()
	if err != nil {
		return err
	}
	for _, district := range districts {
		b.index.districts[district.Code] = district.Names
		e := b.entry(district.Names["en"], outage.PlaceDistrict, where{pack.Code, district.Region, district.Code, 0}, 0)
		b.named(e, district.Names)
		for _, other := range district.Others {
			b.name(e, other, "", b.index.entries[e].name)
		}
	}
	if err := b.addPlaces(pack); err != nil {
		return err
	}
	if err := b.addCities(pack); err != nil {
		return err
	}
	b.seat(districts)
	b.slug(pack, districts)
	return nil
}

// slug names the regions and districts of a country in addresses.
func (b *builder) slug(pack *country.Pack, all []country.District) {
	var regions, districts []outage.Area
	for _, region := range pack.Regions {
		regions = append(regions, outage.Area{Country: pack.Code, Region: region.Code})
	}
	for _, district := range all {
		districts = append(districts, outage.Area{Country: pack.Code, Region: district.Region, District: district.Code})
	}
	b.index.addSlugs(pack.Code, regions, districts)
}

// seat puts the town that a district is named after into it, where the table of cells
// has the larger part of its cell in a neighbouring district of the region.
func (b *builder) seat(districts []country.District) {
	for _, district := range districts {
		best, inside := int32(-1), false
		for _, text := range append([]string{district.Names["en"]}, district.Others...) {
			for _, e := range b.towns[townKey{district.Region.Country(), key(words(text))}] {
				town := &b.index.entries[e]
				inside = inside || town.where.district == district.Code
				if town.where.region == district.Region && (best < 0 || town.population > b.index.entries[best].population) {
					best = e
				}
			}
		}
		if !inside && best >= 0 && b.index.entries[best].population >= leastOfTown {
			b.index.entries[best].where.district = district.Code
		}
	}
}

func (b *builder) addCountry(pack *country.Pack) {
	english := pack.Names["en"].Name
	e := b.entry(english, outage.PlaceCountry, where{country: pack.Code}, 0)
	for language, names := range pack.Names {
		b.name(e, names.Name, language, names.Name)
		b.name(e, names.Full, language, names.Name)
	}
	for _, alias := range pack.Manifest.Aliases {
		b.name(e, alias, "", english)
	}
}

func (b *builder) addPlaces(pack *country.Pack) error {
	places, err := pack.Places()
	if err != nil {
		return err
	}
	b.index.entries, b.names = slices.Grow(b.index.entries, len(places)), slices.Grow(b.names, len(places))
	for _, p := range places {
		e := b.entry(p.Name, outage.PlaceKind(p.Kind), where{pack.Code, p.Region, p.District, p.Cell}, p.Population)
		b.name(e, p.Name, "en", p.Name)
		b.others(e, p.Others)
	}
	return nil
}

// addCities adds cities, of which the table of places has some again with their own
// region, and then their further names. A name is that of the largest city that has it.
func (b *builder) addCities(pack *country.Pack) error {
	cities, err := pack.Cities()
	if err != nil {
		return err
	}
	largest := make(map[string]int32, len(cities))
	for _, c := range cities {
		e := b.city(pack.Code, c)
		if had, ok := largest[c.Name]; !ok || b.index.entries[had].population < c.Population {
			largest[c.Name] = e
		}
	}
	aliases, err := pack.Aliases()
	if err != nil {
		return err
	}
	for _, alias := range aliases {
		e, ok := largest[alias.Of]
		if !ok {
			return fmt.Errorf("reading the table of aliases: no city %q in %s", alias.Of, pack.Code)
		}
		b.others(e, []country.Alias{alias})
	}
	return nil
}

func (b *builder) city(code outage.Country, c country.City) int32 {
	for _, e := range b.towns[townKey{code, key(words(c.Name))}] {
		if known := &b.index.entries[e]; known.where.cell == c.Cell {
			known.kind, known.population = outage.PlaceCity, max(known.population, c.Population)
			return e
		}
	}
	region := cmp.Or(c.Region, b.geography.RegionOf(c.Cell))
	e := b.entry(c.Name, outage.PlaceCity, where{code, region, b.geography.DistrictOf(c.Cell, region), c.Cell}, c.Population)
	b.name(e, c.Name, "en", c.Name)
	return e
}

func (b *builder) entry(name string, kind outage.PlaceKind, at where, population int) int32 {
	area := areaKey{kind, at}
	if e, ok := b.areas[area]; ok {
		return e
	}
	e := int32(len(b.index.entries))
	b.index.entries = append(b.index.entries, entry{name, kind, sizes[kind], at, cmp.Or(population, people[kind])})
	if sizes[kind] != sizeTown {
		b.areas[area] = e
	}
	return e
}

// named gives an entry its name in each language.
func (b *builder) named(e int32, names map[string]string) {
	for language, text := range names {
		b.name(e, text, language, text)
	}
}

// others gives an entry further names. A usual name in some language is shown as it
// stands; an old one is only a way to find today's.
func (b *builder) others(e int32, aliases []country.Alias) {
	for _, alias := range aliases {
		shown := alias.Name
		if alias.Language == "" {
			shown = b.index.entries[e].name
		}
		b.name(e, alias.Name, alias.Language, shown)
	}
}

func (b *builder) name(e int32, text, language, shown string) {
	compared := key(words(text))
	if compared == "" {
		return
	}
	b.names = append(b.names, name{compared, shown, language, e})
	if entry := &b.index.entries[e]; entry.size == sizeTown {
		at := townKey{entry.where.country, compared}
		b.towns[at] = append(b.towns[at], e)
	}
}
