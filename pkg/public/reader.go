package public

import (
	"context"
	"sync"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// Config is what a Reader is made of.
type Config struct {
	Hot Hot
	// Freeze gives the hot window as it is at one instant, and when that last agreed
	// with Redis. Nil is Hot itself, and Refreshed.
	Freeze func() (Hot, time.Time)
	// Version changes whenever the counts of the hot window do. Nil is one that never
	// changes.
	Version func() int64
	// Past may be nil: then nothing is known from before the hot window.
	Past Past
	// Normals may be nil: then nothing is compared with what is normal.
	Normals Normals
	// View is what the detector says now; nil, or a nil answer, where none does.
	View func() *outage.View
	// Official is what vendors say of their services. Nil is nothing.
	Official Official
	// DistrictOf is the district that has most of a cell, and its region, "" for none.
	// Nil is a world without districts.
	DistrictOf func(outage.Cell) (outage.Region, outage.District)
	// Towns name the worst places. Nil is a world without towns.
	Towns Towns
	Now   func() time.Time
	// Refreshed is when the hot window last agreed with Redis, zero before the
	// first time. It may be nil: then the window always agrees.
	Refreshed func() time.Time
}

// Reader gives snapshots. It is safe for concurrent use.
type Reader struct {
	config  Config
	normals *normals
	extents *kept[extentKey, Extent]
	ended   *kept[extremesKey, Extremes]

	mutex  sync.Mutex
	latest *Snapshot
	made   time.Time // when latest was, by the clock
	of     int64     // the version of the counts that latest is of
}

// New makes a Reader.
func New(config Config) *Reader {
	if config.View == nil {
		config.View = func() *outage.View { return nil }
	}
	if config.Refreshed == nil {
		config.Refreshed = config.Now
	}
	if config.Version == nil {
		config.Version = func() int64 { return 0 }
	}
	if config.Official == nil {
		config.Official = noOfficial{}
	}
	if config.Freeze == nil {
		config.Freeze = func() (Hot, time.Time) { return config.Hot, config.Refreshed() }
	}
	return &Reader{config: config, normals: &normals{source: config.Normals}, extents: &kept[extentKey, Extent]{}, ended: &kept[extremesKey, Extremes]{}}
}

// tick is how long one snapshot serves all who ask while the counts do not change.
const tick = 2 * time.Second

// Snapshot is what is known now. All numbers of one document are to come from one
// snapshot.
func (r *Reader) Snapshot() *Snapshot {
	now, version := r.config.Now(), r.config.Version()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.latest == nil || now.Before(r.made) || now.Sub(r.made) >= tick || version != r.of {
		hot, refreshed := r.config.Freeze()
		at := asOf(now, refreshed)
		r.made, r.of, r.latest = now, version, &Snapshot{
			hot: hot, past: r.config.Past, normals: r.normals, extents: r.extents, view: r.config.View(), official: r.config.Official, districtOf: r.config.DistrictOf,
			towns: r.config.Towns, latest: &kept[extremesKey, Extremes]{}, ended: r.ended, at: at, outdated: now.Sub(at) > Outdated,
		}
	}
	return r.latest
}

// Health is that of the latest snapshot.
func (r *Reader) Health(ctx context.Context, service string, country outage.Country) (Health, error) {
	return r.Snapshot().Health(ctx, service, country)
}
