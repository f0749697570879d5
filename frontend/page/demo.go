package page

import (
	"github.com/open-downpour/downpour/frontend/address"
)

// banner is the notice of a demo on each page.
type banner struct {
	Loaded  float64
	Sources []Source
}

// Loading reports whether data is still being loaded.
func (b *banner) Loading() bool { return b.Loaded < 1 }

// Demo is nil on a server that plays no demo.
func (p *layout) Demo() *banner { return p.demo }

func (s *Builder) banner() *banner {
	if s.config.Demo == nil {
		return nil
	}
	return &banner{Loaded: s.config.Demo.Loaded(), Sources: s.config.Demo.Sources()}
}

// Reloads reports whether a page asks the browser to load it again soon: while a
// demo is loading, unless the page has a form.
func (p *layout) Reloads() bool {
	return p.demo != nil && p.demo.Loading() && p.At.Service == "" && (p.At.Leaf == "" || p.At.Leaf == address.LeafIncidents)
}

// marked is a short text with the mark of a demo before it, where one is played.
func (p *layout) marked(text string) string {
	if p.demo == nil {
		return text
	}
	return p.T("demo.mark") + ": " + text
}
