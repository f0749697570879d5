package catalog

import (
	"maps"
	"slices"

	"github.com/open-downpour/downpour/pkg/outage"
)

// catalog reads the sections of a file over the base.
func (r *reader) catalog(top entry, base *Catalog) *Catalog {
	sections := r.mapping(top, "standalone", "families", "categories", "services", "status")
	if alone, ok := sections["standalone"]; ok && r.truth(alone) {
		base = &Catalog{}
	}
	c := &Catalog{
		families:   slices.Clone(base.families),
		categories: slices.Clone(base.categories),
		services:   slices.Clone(base.services),
		pages:      maps.Clone(base.pages),
	}
	for _, e := range r.entries(sections["families"]) {
		c.families = put(c.families, r.family(e), func(f family) string { return f.slug })
	}
	for _, e := range r.entries(sections["categories"]) {
		c.categories = put(c.categories, r.category(e), func(c category) string { return c.slug })
	}
	for _, e := range r.entries(sections["services"]) {
		c.services = put(c.services, r.service(e, c), func(s outage.Service) string { return s.Slug })
	}
	for _, e := range r.entries(sections["status"]) {
		r.statusPage(e, c)
	}
	if len(c.services) == 0 {
		r.add(top.line, "services", "there are no services")
	}
	// A replaced category changes the symptoms and the advice of the services
	// already in it.
	for i, service := range c.services {
		if category := findCategory(c.categories, service.Category); category != nil {
			c.services[i].Symptoms = category.symptoms
			c.services[i].Advice = category.advice
		}
	}
	return c
}

// put replaces the item with the same slug or appends a new one.
func put[T any](items []T, item T, slug func(T) string) []T {
	for i := range items {
		if slug(items[i]) == slug(item) {
			items[i] = item
			return items
		}
	}
	return append(items, item)
}

func (r *reader) family(e entry) family {
	r.slug(e, slugFault(e.key))
	parts := r.mapping(e, "names")
	return family{slug: e.key, names: r.names(e, parts)}
}

func (r *reader) category(e entry) category {
	r.slug(e, slugFault(e.key))
	parts := r.mapping(e, "names", "symptoms", "keywords", "advice")
	read := category{slug: e.key, names: r.names(e, parts), advice: r.advice(parts["advice"])}
	for _, keyword := range r.list(parts["keywords"]) {
		read.keywords = append(read.keywords, r.name(keyword))
	}
	if _, ok := parts["symptoms"]; !ok {
		r.add(e.line, e.path+".symptoms", "is missing")
	}
	for _, s := range r.entries(parts["symptoms"]) {
		r.slug(s, slugFault(s.key))
		names := r.names(s, r.mapping(s, "names"))
		read.symptoms = append(read.symptoms, outage.Symptom{Slug: s.key, Names: names})
	}
	return read
}

func (r *reader) service(e entry, c *Catalog) outage.Service {
	r.slug(e, addressFault(e.key))
	parts := r.mapping(e, "names", "family", "category", "provider", "depends_on", "countries", "aliases")
	names := r.names(e, parts)
	read := outage.Service{Slug: e.key, Name: names["en"], Names: names}
	if part, ok := parts["family"]; ok {
		read.Family = r.text(part)
		if !slices.ContainsFunc(c.families, func(f family) bool { return f.slug == read.Family }) {
			r.add(part.line, part.path, "there is no family %q", read.Family)
		}
	}
	if part, ok := parts["category"]; !ok {
		r.add(e.line, e.path+".category", "is missing")
	} else if read.Category = r.text(part); findCategory(c.categories, read.Category) == nil {
		r.add(part.line, part.path, "there is no category %q", read.Category)
	}
	if part, ok := parts["provider"]; ok {
		read.Provider = r.name(part)
	}
	read.Country = r.countries(parts)
	r.placeFault(e, read)
	for _, alias := range r.list(parts["aliases"]) {
		read.Aliases = append(read.Aliases, r.name(alias))
	}
	for _, item := range r.list(parts["depends_on"]) {
		need := need{entry: item, slug: read.Slug, on: r.text(item)}
		read.DependsOn = append(read.DependsOn, need.on)
		r.needs = append(r.needs, need)
	}
	return read
}

// placeFault adds the fault of a service that has the address of a place.
func (r *reader) placeFault(e entry, service outage.Service) {
	for _, country := range outage.Countries() {
		if r.places == nil || len(service.Country) > 0 && !slices.Contains(service.Country, country) {
			continue
		}
		if _, taken := r.places.AreaOf(country, service.Slug); taken {
			r.add(e.line, e.path, "this word is the address of a place in %s", country)
		}
	}
}

// countries reads where a service is used. A country that this server does not cover is
// left out once the whole catalogue is read.
func (r *reader) countries(parts map[string]entry) []outage.Country {
	var read []outage.Country
	for _, item := range r.list(parts["countries"]) {
		country := outage.Country(r.text(item))
		named, known := outage.CountryNamed(string(country))
		switch {
		case !countryForm.MatchString(string(country)):
			r.add(item.line, item.path, "%q is not a country code of two capital letters", country)
		case known && named != country:
			r.add(item.line, item.path, "%q is not the code of a country, which is %s", country, named)
		case slices.Contains(read, country):
			r.add(item.line, item.path, "%s stands twice", country)
		}
		read = append(read, country)
	}
	return read
}

// advice reads what to do by country and language. English must be among the
// languages. A country that this server does not cover needs none of its pages.
func (r *reader) advice(e entry) map[outage.Country]map[string]string {
	var read map[outage.Country]map[string]string
	for _, part := range r.entries(e) {
		country := outage.Country(part.key)
		if !countryForm.MatchString(part.key) {
			r.add(part.line, part.path, "is not a country code of two capital letters")
		}
		texts := make(map[string]string)
		for language, text := range r.mapping(part, languages...) {
			texts[language] = r.text(text)
			if what := textFault(texts[language], maxAdvice); what != "" {
				r.add(text.line, text.path, "%s", what)
			}
		}
		if _, ok := texts["en"]; !ok {
			r.add(part.line, part.path+".en", "is missing")
		}
		if read == nil {
			read = make(map[outage.Country]map[string]string)
		}
		read[country] = texts
	}
	return read
}

// names reads display names by language. English must be among them.
func (r *reader) names(e entry, parts map[string]entry) map[string]string {
	part, ok := parts["names"]
	if !ok {
		r.add(e.line, e.path+".names", "is missing")
		return nil
	}
	read := make(map[string]string)
	for language, name := range r.mapping(part, languages...) {
		read[language] = r.name(name)
	}
	if _, ok := read["en"]; !ok {
		r.add(part.line, part.path+".en", "is missing")
	}
	return read
}

// name is text that can be shown as one.
func (r *reader) name(e entry) string {
	text := r.text(e)
	if what := nameFault(text); what != "" {
		r.add(e.line, e.path, "%s", what)
	}
	return text
}
