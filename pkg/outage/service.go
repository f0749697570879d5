package outage

import "slices"

// Service is something that people report about. Slug is its name in
// addresses and on the wire.
type Service struct {
	Slug      string
	Name      string
	Family    string            // slug of the group it breaks with ("meta"), "" for none
	Provider  string            // who runs it, as people know the company; "" when it is the name itself
	DependsOn []string          // slugs of services without which it does not work
	Category  string            // slug of the category that gives its symptoms
	Names     map[string]string // display names by language tag
	Aliases   []string          // other names people search for, in any script
	Country   []Country         // where it is used; all covered countries when empty
	Symptoms  []Symptom
	// Advice is what to do about trouble with the service, by country and language
	// tag: whom to call. Nil for most.
	Advice map[Country]map[string]string
	// StatusPage is where the vendor says how the service does, zero for nowhere.
	StatusPage StatusPage
}

// Found is what a search of the catalogue finds.
type Found struct {
	Services   []Service // best match first
	Categories []string  // slugs of the categories whose trouble the question names ("power cut")
	Sure       bool      // the first service is the one that is meant
}

// accessCategories are the categories of the networks by which people reach the
// internet.
var accessCategories = []string{"mobile", "broadband"}

// AccessNetwork reports whether people reach the internet by the service.
func (s Service) AccessNetwork() bool { return slices.Contains(accessCategories, s.Category) }

// Symptom is one way in which a service can be broken.
type Symptom struct {
	Slug  string
	Names map[string]string // by language tag; "en" always stands
}

// Symptom finds one of the service's symptoms by its slug.
func (s Service) Symptom(slug string) (Symptom, bool) {
	for _, symptom := range s.Symptoms {
		if symptom.Slug == slug {
			return symptom, true
		}
	}
	return Symptom{}, false
}
