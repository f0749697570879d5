package locale

import (
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Networks is the sentence about the access networks of those who report an incident,
// "" where they say nothing.
func (f *IncidentFormatter) Networks(lang string, in public.Incident) string {
	if in.Access == nil {
		return ""
	}
	key, itself := "networks.alike", in.Blamed() == ""
	if in.Access.Pattern == outage.AccessOne {
		key, itself = "networks.one", in.Blamed() == in.Access.Network
	}
	if itself {
		key += ".cause"
	}
	l := New(lang, in.Country)
	return l.T(key, "service", f.service(l, in.Service), "network", f.service(l, in.Access.Network), "times", l.Amount(in.Access.Ratio))
}

// AllNetworks is that sentence in every language, nil where there is none.
func (f *IncidentFormatter) AllNetworks(in public.Incident) map[string]string {
	if in.Access == nil {
		return nil
	}
	all := map[string]string{}
	for _, lang := range Languages() {
		all[lang] = f.Networks(lang, in)
	}
	return all
}
