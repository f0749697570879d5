package catalog

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
)

// wordsOf is what a category is found by: its names and its keywords, folded.
func wordsOf(c category) [][]string {
	var words [][]string
	for _, language := range languages {
		if name, ok := c.names[language]; ok {
			words = append(words, locale.Words(name))
		}
	}
	for _, keyword := range c.keywords {
		words = append(words, locale.Words(keyword))
	}
	return words
}

// categoriesNamed lists the categories that a question names, in the order of the
// catalogue, if a service among those asked for is in them. In a sentence the
// longest keyword decides: "power cut" rather than "power".
func (c *Catalog) categoriesNamed(names func(question, []string) bool, q question, among func(outage.Service) bool) []string {
	return c.bestCategories(among, func(words []string) (int, bool) {
		return -utf8.RuneCountInString(strings.Join(words, "")), names(q, words) || slices.Equal(q.core, words)
	})
}

// categoriesMisspelt lists the categories with the keyword nearest to the
// question.
func (c *Catalog) categoriesMisspelt(q question, among func(outage.Service) bool) []string {
	return c.bestCategories(among, q.misspelt)
}

// bestCategories lists the categories whose best words have the least order.
func (c *Catalog) bestCategories(among func(outage.Service) bool, order func(words []string) (int, bool)) []string {
	var found []string
	best := 0
	for _, category := range c.categories {
		least, any := 0, false
		for _, words := range category.words {
			if n, ok := order(words); ok && (!any || n < least) {
				least, any = n, true
			}
		}
		if !any || !slices.ContainsFunc(c.services, func(s outage.Service) bool { return s.Category == category.slug && among(s) }) {
			continue
		}
		if len(found) > 0 && least > best {
			continue
		}
		if least < best {
			found = nil
		}
		found, best = append(found, category.slug), least
	}
	return found
}

// networksOf finds access networks by whole names, without a search: reports come
// in their thousands.
func networksOf(services []outage.Service, keys [][]searchKey) map[string][]int {
	found := make(map[string][]int)
	for _, alias := range []bool{false, true} {
		for i, service := range services {
			for _, key := range keys[i] {
				if service.AccessNetwork() && key.alias == alias && !slices.Contains(found[key.joined], i) {
					found[key.joined] = append(found[key.joined], i)
				}
			}
		}
	}
	return found
}

// AccessNetwork is the access network that somebody means by a text, "" where none of
// the country is called so. Any name or alias counts, alone or in a sentence
// ("Jio 5G"), and a single slip of spelling.
func (c *Catalog) AccessNetwork(text string, country outage.Country) string {
	for _, at := range c.networks[locale.Key(text)] {
		if usedIn(c.services[at], country) {
			return c.services[at].Slug
		}
	}
	q := questionOf(text)
	if len(q.words) == 0 {
		return ""
	}
	among := func(s outage.Service) bool { return s.AccessNetwork() && usedIn(s, country) }
	hits := slices.DeleteFunc(c.find(q, among, false), func(h hit) bool { return h.rank > aliasWhole && h.rank != inSentence })
	if len(hits) == 0 {
		hits = c.misspelt(q, among)
		if len(hits) > 1 && hits[0].order == hits[1].order {
			return ""
		}
	}
	if len(hits) == 0 {
		return ""
	}
	return c.services[hits[0].at].Slug
}
