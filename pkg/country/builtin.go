package country

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/open-downpour/downpour/pkg/outage"
)

//go:embed packs
var packs embed.FS

// defaultCodes are the codes of the countries that are covered unless others are chosen, in
// the order in which they are shown. They stand in a file beside the packs.
//
//go:embed packs/default.txt
var defaultCodes string

// Builtin are the packs that are part of the program, in the order of their codes.
var Builtin = sync.OnceValues(func() (Set, error) {
	folders, err := packs.ReadDir("packs")
	if err != nil {
		return nil, err
	}
	var set Set
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		pack, err := builtin(folder.Name())
		if err != nil {
			return nil, fmt.Errorf("built-in country %s: %w", folder.Name(), err)
		}
		set = append(set, pack)
	}
	return set, nil
})

func builtin(folder string) (*Pack, error) {
	files, err := fs.Sub(packs, "packs/"+folder)
	if err != nil {
		return nil, err
	}
	return Load(files)
}

// Default are the packs that are covered unless others are chosen.
var Default = sync.OnceValues(func() (Set, error) {
	all, err := Builtin()
	if err != nil {
		return nil, err
	}
	return all.Choose(strings.Fields(defaultCodes)...)
})

// Set is a number of packs in the order in which they are shown.
type Set []*Pack

// Get is the pack of a country, nil for none.
func (s Set) Get(code outage.Country) *Pack {
	for _, pack := range s {
		if pack.Code == code {
			return pack
		}
	}
	return nil
}

// Codes are the countries of the set.
func (s Set) Codes() []outage.Country {
	codes := make([]outage.Country, len(s))
	for i, pack := range s {
		codes[i] = pack.Code
	}
	return codes
}

// Choose are the packs of some countries in the given order. Codes may be written in
// any case of letters.
func (s Set) Choose(codes ...string) (Set, error) {
	var chosen Set
	for _, code := range codes {
		pack := s.Get(outage.Country(strings.ToUpper(code)))
		switch {
		case pack == nil:
			return nil, fmt.Errorf("there is no country %q; there are %s", code, s.list())
		case chosen.Get(pack.Code) != nil:
			return nil, fmt.Errorf("the country %q is given twice", code)
		}
		chosen = append(chosen, pack)
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no country is given; there are %s", s.list())
	}
	return chosen, nil
}

func (s Set) list() string {
	var codes []string
	for _, code := range s.Codes() {
		codes = append(codes, strings.ToLower(string(code)))
	}
	return strings.Join(codes, ", ")
}

// Register makes the countries of the set the covered ones.
func (s Set) Register() {
	facts := make([]outage.CountryFacts, len(s))
	for i, pack := range s {
		facts[i] = pack.Facts
	}
	outage.Cover(facts...)
}

// LookUpOrder are the packs in the order in which a point is looked up: a country
// whose tables say so stands before its neighbours.
func (s Set) LookUpOrder() Set {
	var ordered Set
	waiting := slices.Clone(s)
	for len(waiting) > 0 {
		next := max(slices.IndexFunc(waiting, func(p *Pack) bool { return !waiting.precede(p) }), 0)
		ordered = append(ordered, waiting[next])
		waiting = slices.Delete(waiting, next, next+1)
	}
	return ordered
}

// precede reports whether a pack of the set has to stand before p.
func (s Set) precede(p *Pack) bool {
	return slices.ContainsFunc(s, func(other *Pack) bool { return slices.Contains(other.Before, p.Code) })
}

// With is the set with another pack at its end, or in the place of one of the same
// country.
func (s Set) With(pack *Pack) Set {
	with := slices.Clone(s)
	if i := slices.IndexFunc(with, func(p *Pack) bool { return p.Code == pack.Code }); i >= 0 {
		with[i] = pack
		return with
	}
	return append(with, pack)
}
