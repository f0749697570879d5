package page

import "github.com/open-downpour/downpour/frontend/address"

// banner is what each page says of a demo.
type banner struct {
	Loaded  float64
	Sources []Source
}

// Loading reports whether something is still to come.
func (b *banner) Loading() bool { return b.Loaded < 1 }

// Demo is nil on a server that plays none.
func (p *layout) Demo() *banner { return p.demo }

func (s *Builder) banner() *banner {
	if s.Demo == nil {
		return nil
	}
	return &banner{Loaded: s.Demo.Loaded(), Sources: s.Demo.Sources()}
}

// Reloads reports whether a page asks the browser to load it again soon: while a
// demo is loading, but never under somebody's hands who fills in a form.
func (p *layout) Reloads() bool {
	return p.demo != nil && p.demo.Loading() && p.At.Service == "" && (p.At.Leaf == "" || p.At.Leaf == address.LeafIncidents)
}
