package simulate

import "github.com/open-downpour/downpour/pkg/outage"

// Size is how strong an outage is within its footprint.
type Size int

// The sizes: 3 to 6 times the normal, to 20, to 80, to 500.
const (
	Small Size = iota
	Medium
	Large
	Huge
	sizes = 4
)

// Sizes are the names of the sizes, in order.
var Sizes = [sizes]string{"S", "M", "L", "XL"}

var sizeBounds = [sizes + 1]float64{3, 6, 20, 80, 500}

// Shape is how an outage begins.
type Shape string

// The shapes.
const (
	Step     Shape = "step"
	Ramp     Shape = "ramp"      // full strength after up to 45 minutes
	SlowBurn Shape = "slow burn" // after one to three hours
)

// Outage is a true outage of one service in one country.
type Outage struct {
	Service string
	Country outage.Country
	Usual   float64 // reports a minute that the service has there without an outage, on average
	Span    outage.Span
	Size    Size
	Times   float64 // multiple of the normal at full strength
	Shape   Shape
	Rise    int // minutes to full strength
	Scope   outage.Scope
	Region  outage.Region // main region, "" for a country
	// Same says that the city that is down is all there is of its region, so
	// that both answers are right.
	Same   bool
	Middle outage.LatLng
	// Nats is the evidence that an observer who knows everything would hold,
	// on average, ten minutes after the end.
	Nats float64

	// Known is how many minutes after its start that observer has enough, on
	// average; 0 for never.
	Known int

	points    []int
	share     float64
	echo      outage.Minute // from when people elsewhere report too, 0 for never
	echoTimes float64
}

func (o *Outage) echoes(m outage.Minute) bool { return o.echo > 0 && m >= o.echo }

// enough is the evidence that makes an outage detectable.
const enough = 12

// times is the multiple of the normal in a minute of the outage.
func (o *Outage) times(m outage.Minute) float64 {
	if o.Rise == 0 {
		return o.Times
	}
	risen := min(1, float64(m-o.Span.From+1)/float64(o.Rise))
	return 1 + (o.Times-1)*risen
}

// BenignKind is what a harmless event is.
type BenignKind string

// The kinds of harmless events.
const (
	Surge   BenignKind = "surge" // up to twice the normal, of interest and not of trouble
	Abuse   BenignKind = "abuse" // a few senders, many reports
	Gap     BenignKind = "gap"   // counts are missing
	Holiday BenignKind = "holiday"

	burst     BenignKind = "burst"      // ordinary, and not part of the truth
	longBurst BenignKind = "long burst" // the same
)

// Benign is something unusual that is no outage.
type Benign struct {
	Kind    BenignKind
	Service string // "" for all services of the country
	Country outage.Country
	Span    outage.Span

	times  float64
	points []int
}

// Detectable reports whether a perfect observer would have had enough evidence.
func (o *Outage) Detectable() bool {
	return o.Nats >= enough
}
