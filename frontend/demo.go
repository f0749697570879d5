package frontend

// Demo says that what the pages show is a past outage played again, beside
// which what people report is only counted too.
type Demo interface {
	// Loaded is how much of the past can be shown, from 0 to 1.
	Loaded() float64
	// Sources are the pages that tell what is known of the outage.
	Sources() []Source
}

// Source is where a fact comes from, and the fact in English.
type Source struct{ URL, Says string }

// banner is what each page says of a demo.
type banner struct {
	Loaded  float64
	Sources []Source
}

// Loading reports whether something is still to come.
func (b *banner) Loading() bool { return b.Loaded < 1 }

// Demo is nil on a server that plays none.
func (f *frame) Demo() *banner { return f.demo }

func (s *Site) banner() *banner {
	if s.Config.Demo == nil {
		return nil
	}
	return &banner{Loaded: s.Config.Demo.Loaded(), Sources: s.Config.Demo.Sources()}
}

// Reloads reports whether a page asks the browser to load it again soon: while a
// demo is loading, but never under somebody's hands who fills in a form.
func (f *frame) Reloads() bool {
	return f.demo != nil && f.demo.Loading() && f.At.Service == "" && (f.At.Leaf == "" || f.At.Leaf == leafIncidents)
}
