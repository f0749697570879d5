package pagetest

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// Noon is the instant that tests make pages for, 12:34 in London.
var Noon = time.Date(2026, 11, 18, 12, 34, 0, 0, time.UTC)

// Intake knows some places and records what it receives.
type Intake struct {
	Took   []outage.Submission
	Client outage.Client
	Key    string
	Undone []string
	Moved  []string
	Err    error
	Again  bool // the reporter already counted
}

func (f *Intake) Take(_ context.Context, client outage.Client, sent outage.Submission, key string) (outage.Receipt, error) {
	f.Took, f.Client, f.Key = append(f.Took, sent), client, key
	if f.Err != nil {
		return outage.Receipt{}, f.Err
	}
	receipt := outage.Receipt{ID: "r1", Service: sent.Service, Country: outage.Country(sent.Country), Counted: !f.Again, Undo: "secret"}
	switch strings.ToLower(sent.Place) {
	case "":
		if sent.Country == "" {
			return outage.Receipt{}, outage.Invalid("country", "choose a country")
		}
	case "kolkata", "700001", "৭০০০০১", "110001":
		receipt.Country, receipt.Region = countrytest.IN, "IN-WB"
	case "ls1":
		receipt.Country, receipt.Region, receipt.District = countrytest.GB, "GB-TLE", "E08000035"
	case "newport":
		receipt.Country = countrytest.GB
		receipt.Unresolved = &outage.Unresolved{Suggestions: newports}
	default:
		if sent.Country == "" {
			return outage.Receipt{}, outage.Invalid("country", "cannot be told")
		}
		receipt.Unresolved = &outage.Unresolved{}
	}
	return receipt, nil
}

var newports = []outage.Place{
	{Name: "Newport, Wales", Kind: outage.PlaceCity, Country: countrytest.GB, Region: "GB-TLL"},
	{Name: "Newport, Shropshire", Kind: outage.PlaceCity, Country: countrytest.GB, Region: "GB-TLG"},
}

func (f *Intake) Place(_ context.Context, _ netip.Addr, id, token, text string, country outage.Country) (outage.Place, error) {
	if token != "secret" {
		return outage.Place{}, &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "wrong token"}
	}
	for _, place := range newports {
		if place.Name == text && place.Country == country {
			f.Moved = append(f.Moved, id+" "+text)
			return place, nil
		}
	}
	return outage.Place{}, outage.Invalid("place", "is not understood")
}

func (f *Intake) Undo(_ context.Context, _ netip.Addr, id, token string) error {
	if token != "secret" {
		return &outage.Error{Code: outage.CodeForbidden, Field: "undo", Detail: "wrong token"}
	}
	f.Undone = append(f.Undone, id)
	return nil
}

// Readings is a day on which WhatsApp has an outage in India, UPI has elevated
// reports, and other services are normal.
type Readings struct {
	Err   error     // the result of every reading, unless nil
	Young bool      // no baseline is known yet
	At    time.Time // the instant of the readings, Noon if it is zero
	// Several gives SeveralOf the incidents that Incidents adds with the same field.
	Several bool
	Quiet   bool // no service has more reports than usual
}

// factor is how far above normal a service is.
func factor(service string, country outage.Country) float64 {
	switch {
	case service == "whatsapp" && country != countrytest.GB:
		return 9
	case service == "upi", service == "instagram" && country == countrytest.IN:
		return 2.2
	}
	return 1
}

func Seeded(parts ...any) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, parts...)
	return rand.New(rand.NewPCG(h.Sum64(), 7))
}

// Now is the instant of the readings.
func (f Readings) Now() time.Time {
	if f.At.IsZero() {
		return Noon
	}
	return f.At
}

// Notice is what the vendor of whatsapp says about the open incident in India.
var Notice = outage.Notice{
	ID: "n1", Title: "Messages are delayed", State: outage.OfficialMajor, Phase: outage.PhaseInvestigating, Link: "https://status.example.com/incidents/n1",
	PublishedAt: Noon.Add(-84 * time.Minute), SeenAt: Noon.Add(-83 * time.Minute),
}

// Vendors has one vendor that was late and one that was early.
func (f Readings) Vendors([]public.Incident) []public.VendorRecord {
	return []public.VendorRecord{
		{Service: "whatsapp", Noticed: 3, Silent: 2, Delay: new(29 * time.Minute)}, {Service: "bt", Noticed: 1, Delay: new(-4 * time.Minute)}, {Service: "upi", Silent: 1},
	}
}

// OfficialNow knows what the vendor of whatsapp says.
func (f Readings) OfficialNow(service string) (outage.Official, bool) {
	now := outage.Official{Service: service, Source: outage.FromPage, State: outage.OfficialMajor, Notices: []outage.Notice{Notice}, Page: "https://status.example.com/"}
	return now, service == "whatsapp"
}

func (f Readings) Health(ctx context.Context, service string, country outage.Country) (public.Health, error) {
	if f.Err != nil {
		return public.Health{}, f.Err
	}
	now := outage.MinuteOf(Noon)
	series, _ := f.Series(ctx, service, outage.Area{Country: country}, outage.Span{From: now - 10, To: now}, 10)
	times, health := factor(service, country), public.Health{Status: outage.StatusNormal, Window: 10 * time.Minute}
	var expected float64
	for _, p := range series.Points {
		health.Observed, health.Reports = health.Observed+p.Reports, health.Reports+p.Reports
		expected += normalAt(p.Start, service, country)
	}
	health.Expected = new(expected)
	switch {
	case f.Several && service == SeveralOf && country == countrytest.IN:
		health.Status = outage.StatusElevated
		for _, record := range several() {
			if record.State == outage.StateOpen {
				health.Incidents = append(health.Incidents, public.IncidentOf(record, nil))
			}
		}
		health.Incident = &health.Incidents[0]
	case f.Quiet:
		health.Observed, health.Reports = int64(expected), int64(expected)
	case f.Young:
		health.Status, health.Expected = outage.StatusUnknown, nil
	case times > 3:
		health.Status = outage.StatusOutage
		health.Incident = new(public.IncidentOf(Incidents{}.Records()[1], nil))
	case times > 1:
		health.Status = outage.StatusElevated
		if service == "instagram" {
			health.Incident = new(public.IncidentOf(Incidents{}.Records()[0], nil))
		}
	case expected < 5:
		health.Status = outage.StatusUnknown
	}
	return health, nil
}

// normalAt is the expected count of ten minutes, by the local time of day.
func normalAt(m outage.Minute, service string, country outage.Country) float64 {
	local, size := m.Time().In(country.Zone()), 1+Seeded(service, country).Float64()*4
	if service == "whatsapp" {
		size = 30
	}
	return size * (1.1 + math.Sin((float64(local.Hour())+float64(local.Minute())/60-9)*math.Pi/12))
}

func (f Readings) Series(_ context.Context, service string, area outage.Area, span outage.Span, step int) (public.Series, error) {
	if f.Err != nil {
		return public.Series{}, f.Err
	}
	r, series := Seeded("series", service, area.Country), public.Series{Span: span, Step: step}
	for m := span.From; m < span.To; m += outage.Minute(step) {
		expected := normalAt(m, service, area.Country)
		reports := expected + r.NormFloat64()*math.Sqrt(expected)
		if since := float64(span.To-m) / 60; since < 2 {
			reports *= 1 + (factor(service, area.Country)-1)*min(1, 3*(2-since))
		}
		p := public.Point{Start: m, Reports: int64(max(reports, 0)), Works: int64(reports / 20), Back: int64(reports / 90)}
		if !f.Young {
			p.Expected, p.Upper = new(expected), new(expected+2.5*math.Sqrt(expected))
		}
		series.Points = append(series.Points, p)
	}
	return series, nil
}

func (f Readings) Extent(ctx context.Context, in public.Incident) (public.Extent, error) {
	series, err := f.Series(ctx, in.Service, outage.Area{Country: in.Country}, in.Span(Noon), 1)
	extent := public.ExtentOf(series)
	for _, p := range series.Points {
		if p.Expected != nil {
			extent.Expected += *p.Expected
		}
	}
	return extent, err
}

// Extremes names the cells of the map of the span.
func (f Readings) Extremes(ctx context.Context, service string, country outage.Country, span outage.Span) (public.Extremes, error) {
	heat, err := f.Heatmap(ctx, service, country, country.MapResolution(), span)
	return public.NameExtremes(heat, Shapes{}), err
}

func (f Readings) Symptoms(_ context.Context, service string, area outage.Area, span outage.Span) (public.Symptoms, error) {
	if f.Err != nil {
		return public.Symptoms{}, f.Err
	}
	return public.Symptoms{Span: span, Total: 4321, Items: []public.SymptomCount{
		{Symptom: "messages", Reports: 2592, Share: .6}, {Symptom: "connect", Reports: 1080, Share: .25},
		{Symptom: "", Reports: 432, Share: .1}, {Symptom: "login", Reports: 217, Share: .05},
	}}, nil
}

// Networks are three, of which one has three times its ordinary share.
func (f Readings) Networks(_ context.Context, _ string, country outage.Country, _ outage.Region, span outage.Span) (public.Networks, error) {
	if f.Err != nil {
		return public.Networks{}, f.Err
	}
	of := func(network string, n int64, part float64) public.NetworkCount {
		count := public.NetworkCount{Network: network, Reports: n, Share: float64(n) / 80}
		if country != "" && !f.Young {
			ratio := outage.CompareShares(float64(n), 80, part, 400)
			count.Ratio = &ratio
		}
		return count
	}
	return public.Networks{Span: span, Total: 4321, Named: 80, Items: []public.NetworkCount{of("jio", 56, 93), of("airtel", 20, 100), of("vi", 4, 90)}}, nil
}

func (f Readings) Heatmap(_ context.Context, service string, country outage.Country, resolution int, span outage.Span) (public.Heatmap, error) {
	if f.Err != nil {
		return public.Heatmap{}, f.Err
	}
	r, heat := Seeded("heat", service, country), public.Heatmap{Span: span, Service: service, Country: country, Resolution: resolution, Unplaced: 412, Withheld: 37}
	for _, land := range Land {
		if land.country != country || r.Float64() < .45 {
			continue
		}
		near := 1 / (1 + math.Hypot(land.ring[0].Lat-23, land.ring[0].Lng-86)/4)
		ratio := (1 + near*factor(service, country)*2) * (.5 + r.Float64())
		cell := public.HeatCell{Cell: land.cell, Region: land.region, Reports: int64(3 + ratio*10*r.Float64()), Status: outage.StatusNormal}
		cell.Judged = float64(cell.Reports)
		if r.Float64() < .25 {
			cell.Reports, cell.Status = 3, outage.StatusUnknown
		}
		if !f.Young {
			cell.Ratio, cell.Expected = new(ratio), new(float64(cell.Reports)/ratio)
		}
		heat.Cells, heat.Total = append(heat.Cells, cell), heat.Total+cell.Reports
	}
	heat.Total += heat.Unplaced + heat.Withheld
	return heat, nil
}

func (f Readings) Regions(ctx context.Context, service string, country outage.Country, span outage.Span) ([]public.RegionCount, error) {
	heat, err := f.Heatmap(ctx, service, country, outage.CellCoarse, span)
	return RegionsOf(heat), err
}

// RegionsOf sums the cells of a heatmap up by region, in no order.
func RegionsOf(heat public.Heatmap) []public.RegionCount {
	sums, rows := map[outage.Region]int64{}, []public.RegionCount{}
	for _, cell := range heat.Cells {
		sums[cell.Region] += cell.Reports
	}
	for region, n := range sums {
		rows = append(rows, public.RegionCount{Region: region, Reports: n})
	}
	return rows
}

// Places shares the cells of the heatmap out over made-up districts of their regions.
func (f Readings) Places(ctx context.Context, service string, country outage.Country, level int, span outage.Span) (public.PlaceTable, error) {
	heat, err := f.Heatmap(ctx, service, country, outage.CellCoarse, span)
	table := public.PlaceTable{
		AsOf: f.Now(), Span: span, Service: service, Country: country, Level: level, Total: heat.Total, Unplaced: heat.Unplaced, Withheld: heat.Withheld, NotYetPlaced: 5,
	}
	for i, cell := range heat.Cells {
		place := public.PlaceCount{Region: cell.Region, Reports: cell.Reports, Expected: cell.Expected, Ratio: cell.Ratio, Status: cell.Status}
		if level == outage.LevelDistrict {
			place.District = outage.District(fmt.Sprintf("%s-D%03d", country, i))
		}
		table.Places = append(table.Places, place)
	}
	slices.SortStableFunc(table.Places, func(a, b public.PlaceCount) int { return cmp.Compare(b.Reports, a.Reports) })
	return table, err
}

//go:embed testdata/land.csv
var landFile string

type landRow struct {
	cell    outage.Cell
	country outage.Country
	region  outage.Region
	ring    []outage.LatLng
}

var Land = readLand(landFile)

func readLand(text string) []landRow {
	var rows []landRow
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		f := strings.Split(line, ",")
		row := landRow{country: outage.Country(f[1]), region: outage.Region(f[2])}
		if err := row.cell.UnmarshalText([]byte(f[0])); err != nil {
			panic(err)
		}
		numbers := strings.Fields(f[3])
		for i := 0; i < len(numbers); i += 2 {
			lat, _ := strconv.ParseFloat(numbers[i], 64)
			lng, _ := strconv.ParseFloat(numbers[i+1], 64)
			row.ring = append(row.ring, outage.LatLng{Lat: lat, Lng: lng})
		}
		rows = append(rows, row)
	}
	return rows
}

// Shapes has the true land cells at resolution 3.
type Shapes map[outage.Cell]landRow

func LandShapes() Shapes {
	shapes := Shapes{}
	for _, row := range Land {
		shapes[row.cell] = row
	}
	return shapes
}

func (f Shapes) Boundary(cell outage.Cell) []outage.LatLng { return f[cell].ring }
func (f Shapes) RegionOf(cell outage.Cell) outage.Region   { return f[cell].region }

// Towns puts a town into every seventh land cell.
func (f Shapes) Towns(country outage.Country) (towns []outage.Town) {
	for i, row := range Land {
		if row.country == country && i%7 == 0 {
			name := fmt.Sprintf("Town %d", i)
			towns = append(towns, outage.Town{Name: name, Names: map[string]string{"bn": bengali.Replace("town") + name[4:]}, Cell: row.cell, Population: 1e6 - i})
		}
	}
	return towns
}

// TownOf is the town before a land cell, or the first one of the country.
func (f Shapes) TownOf(country outage.Country, cell outage.Cell) (found outage.Town, ok bool) {
	for _, town := range f.Towns(country) {
		if !ok || town.Cell <= cell {
			found, ok = town, true
		}
	}
	return found, ok
}

// Near is for towns far from each other.
func (f Shapes) Near(a, b outage.Cell) bool { return a == b }

func (f Shapes) Land(country outage.Country, _ int) []outage.Cell {
	var cells []outage.Cell
	for cell, row := range f {
		if row.country == country {
			cells = append(cells, cell)
		}
	}
	return cells
}

func (f Shapes) RegionName(region outage.Region, lang string) string {
	names := map[string]string{"IN-WB en": "West Bengal", "IN-WB bn": "পশ্চিমবঙ্গ", "IN-MH en": "Maharashtra", "IN-UP en": "Uttar Pradesh",
		"IN-BR en": "Bihar", "IN-OD en": "Odisha", "IN-JH en": "Jharkhand", "IN-CG en": "Chhattisgarh", "IN-MP en": "Madhya Pradesh",
		"IN-RJ en": "Rajasthan", "GB-TLE en": "Yorkshire and the Humber", "GB-TLM en": "Scotland", "GB-TLL en": "Wales", "GB-TLK en": "South West"}
	for _, key := range []string{string(region) + " " + lang, string(region) + " en"} {
		if name := names[key]; name != "" {
			return name
		}
	}
	return string(region)
}

var ErrAway = errors.New("the store is away")
