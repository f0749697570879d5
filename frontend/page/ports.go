package page

import (
	"context"

	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
)

// Readings answers what pages show. Service "" means all services together,
// country "" both countries, region "" the whole country. It answers from
// memory or from a nearby store; a page leaves out what fails.
type Readings interface {
	Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (outage.Heatmap, error)
	// Series has points of step minutes.
	Series(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span, step int) (outage.Series, error)
	Symptoms(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (outage.Symptoms, error)
	Health(ctx context.Context, service string, country outage.Country) (outage.Health, error)
	// Regions has the regions whose counts may be shown.
	Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]outage.RegionCount, error)
}

// Incidents is the book of incidents. It answers from memory.
type Incidents interface {
	// Incidents lists the latest opened first, from behind a cursor, which is ""
	// for the start; next is "" after the last.
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []outage.Record, next string, err error)
	// Incident has an *outage.Error with CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (outage.Record, error)
}

// Services is the catalogue of what people can report about.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
	// Family lists the services that tend to break together, none for "".
	Family(slug string) []outage.Service
	// Search finds services by any of their names in any script, best first.
	Search(q string) []outage.Service
	// CategoryNames are the names of a category by language tag.
	CategoryNames(slug string) map[string]string
}

// Shapes gives maps their geometry and regions their names.
type Shapes interface {
	draw.Shapes
	// RegionName is the region's name in a language, in English where there is
	// none.
	RegionName(region outage.Region, lang string) string
}

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
