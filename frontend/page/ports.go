package page

import (
	"context"
	"time"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
	"github.com/open-downpour/downpour/pkg/public/register"
)

// Readings reads the counts that pages show. Service "" means all services together,
// country "" all countries, region "" the whole country. It reads
// memory or a nearby store; a page omits parts that cannot be read.
type Readings interface {
	// Now is the instant that pages about now are made for, in the past while the counts
	// cannot be read.
	Now() time.Time
	Heatmap(ctx context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error)
	// Series has points of step minutes.
	Series(ctx context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error)
	Symptoms(ctx context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error)
	// Networks has ratios only in a country.
	Networks(ctx context.Context, service string, country outage.Country, region outage.Region, span outage.Span) (public.Networks, error)
	Health(ctx context.Context, service string, country outage.Country) (public.Health, error)
	// Vendors sums up what vendors published about some incidents.
	Vendors(incidents []public.Incident) []public.VendorRecord
	// OfficialNow is what the vendor of a service says, false where nothing is known.
	OfficialNow(service string) (outage.Official, bool)
	// Extent is the total, the worst 15 minutes and the duration of an incident.
	Extent(ctx context.Context, in public.Incident) (public.Extent, error)
	// Extremes are the towns around which a service is hit most and least over a span.
	Extremes(ctx context.Context, service string, country outage.Country, span outage.Span) (public.Extremes, error)
	// Places is the public table of regions or districts, see public.PlaceTable.
	Places(ctx context.Context, service string, country outage.Country, level int, span outage.Span) (public.PlaceTable, error)
	// ServicesIn has the services with most reports from a region or a district.
	ServicesIn(ctx context.Context, area outage.Area, span outage.Span, most int) ([]public.ServiceCount, error)
	// Regions has the regions whose counts may be shown.
	Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]public.RegionCount, error)
}

// Incidents reads incidents. It does not block.
type Incidents interface {
	// Incidents lists incidents after a cursor, the latest opened first. The cursor
	// of the start and after the last is "".
	Incidents(ctx context.Context, filter outage.IncidentFilter, cursor string, limit int) (page []public.Incident, next string, err error)
	// Incident has an *outage.Error with CodeNotFound for an unknown id.
	Incident(ctx context.Context, id string) (public.Incident, error)
}

// Register reads the register of incidents. It answers from memory.
type Register interface {
	AsOf() time.Time              // of the rows of incidents under way, zero while there are none yet
	Editions() []register.Edition // oldest first
	Current(quarter register.Quarter) (register.Edition, []register.Row, bool)
	Rows(filter register.Filter) []register.Row // in the order of opening
}

// Services is the catalogue of what people can report about.
type Services interface {
	Services() []outage.Service
	Service(slug string) (outage.Service, bool)
	// Family lists the services that tend to break together, none for "".
	Family(slug string) []outage.Service
	// Search finds services of a country, "" for any, by their names in any script,
	// and categories by the trouble that people name.
	Search(q string, country outage.Country) outage.Found
	// CategoryNames are the names of a category by language tag.
	CategoryNames(slug string) map[string]string
}

// Places offers places under names that Intake understands, and knows the addresses of
// regions and districts. It does not block.
type Places interface {
	address.Places
	Search(q string, country outage.Country, limit int) []outage.Place
}

// Shapes gives maps their geometry, and regions and districts their names.
type Shapes interface {
	draw.Shapes
	// RegionName is the region's name in a language, in English where there is
	// none.
	RegionName(region outage.Region, lang string) string
	// DistrictName is that of a district, its code for an unknown one.
	DistrictName(district outage.District, lang string) string
	// Regions lists the regions of a country.
	Regions(country outage.Country) []outage.Region
	// Districts lists the districts of a region.
	Districts(region outage.Region) []outage.District
	// Beside lists the regions beside a region, or the districts beside a district.
	Beside(area outage.Area) []outage.Area
	// RegionOfDistrict is the region that a district lies in, "" for an unknown one.
	RegionOfDistrict(district outage.District) outage.Region
}

// Demo is the replay of a past outage. What people report during it is counted as
// well.
type Demo interface {
	// Loaded is the share of the data that is loaded, from 0 to 1.
	Loaded() float64
	// Sources are the pages about the outage that the replay is based on.
	Sources() []Source
}

// Source is where a fact comes from, and the fact in English.
type Source struct{ URL, Says string }
