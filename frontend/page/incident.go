package page

import (
	"cmp"
	"context"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

type incidentPage struct {
	request
	Entry          entry
	Heading        string
	Lead           string // the sentence to quote
	Sentence       string // what the incident was opened on
	Cause          string // the probable cause, "" if it is the service itself
	Official       official
	Now            string   // whether it is open, and since or until when
	Totals         string   // the total, "" while it is not known
	Reasons        []string // the evidence for a cause elsewhere
	KeyNumbers     []keyNumber
	Chart          incidentChart
	Facts          []fact
	Arithmetic     arithmetic
	Regions        []recovery
	Others         []recovery // regions that are collapsed at first
	Maps           smallMultiples
	Wider          []link // other incidents of the same wider event
	Replay         string // the large map at the time of the incident
	Citation       string
	Image          string // the picture for link previews
	Table          string // the series as CSV
	Timeline       []step
	Place          regionPanel
	Symptoms       []share
	Symptom        string
	Networks       []networkTable
	Affected       []link // services of the family that had an incident meanwhile
	Unaffected     []link // services of the family that had none
	UnaffectedText string
	Service        link // the page of the service
	Day            link // the incidents of the day on which it began
	Data           string
	AsOf           []locale.Time
	Country        outage.Country
}

// PreviewType and PreviewText are what link previews show of it.
func (page *incidentPage) PreviewType() string { return "article" }
func (page *incidentPage) PreviewText() string { return page.Lead }

// keyNumber is a highlighted number with its description.
type keyNumber struct{ Number, Text string }

// fact is a row of the table of an incident.
type fact struct{ Name, Text string }

// step is a change of state of an incident.
type step struct {
	At   locale.Time
	Text string
}

// incident is the page of an incident. The error is that of Incidents.
func (s *Builder) incident(ctx context.Context, at address.Address) (*incidentPage, error) {
	record, err := s.config.Incidents.Incident(ctx, at.ID)
	if err != nil {
		return nil, err
	}
	in := record
	page := &incidentPage{request: s.requestIn(at, in.Country), Country: in.Country}
	name, here := page.words.serviceNamed(in.Service), page.InCountry(in.Country)
	page.Entry = page.words.entry(record)
	page.Entry.Status = outage.StatusNormal
	if !in.Over() {
		page.Entry.Status = page.read.statusOf(ctx, in)
	}
	page.Heading = page.T("incident.heading", "service", name, "in", here)
	page.Title = page.T("incident.title", "service", name, "in", here, "date", page.Date(in.OpenedAt, in.Country))
	page.Sentence = s.sentences.Describe(at.Lang, in)
	page.Now, page.Official = page.words.stateText(in), page.officialOf(in)
	if in.Blamed() != "" {
		blamed := page.words.blame(in)
		page.Cause, page.Reasons = blamed.Text, blamed.Reasons
	}
	page.Chart = page.incidentChart(ctx, in)
	worst := page.read.worstOf(ctx, in)
	page.KeyNumbers, page.Totals = page.keyNumbers(in, page.Chart), s.sentences.Totals(at.Lang, in, page.Chart.Extent, worst)
	page.Lead = cmp.Or(page.Totals, page.Sentence)
	page.Summary = s.sentences.Summary(at.Lang, in, page.Chart.Extent, worst)
	page.Facts, page.Timeline = page.facts(in), page.timeline(record)
	page.Arithmetic, page.Regions, page.Wider = page.arithmetic(in), page.recoveries(in), page.wider(ctx, in)
	if len(page.Regions) > firstRegions {
		page.Regions, page.Others = page.Regions[:firstRegions], page.Regions[firstRegions:]
	}
	page.Maps = page.smallMultiples(ctx, in)
	page.Replay = page.replay(in, in.Since.Floor(outage.Quarter)).Path()
	page.Image, page.Table = page.At.Path()+".png", address.Address{Lang: locale.Default, Leaf: address.LeafIncidents, ID: in.ID}.Path()+".csv"
	page.Citation = page.Lead + " " + page.T("quote.citation", "site", page.Site(), "title", page.Title, "date", page.Date(page.read.asOf, in.Country))
	page.Service = link{Path: address.Address{Lang: at.Lang, Country: in.Country, Service: in.Service}.Path(), Text: page.T("back.service", "service", name)}
	began := in.Since.Time().In(in.Country.Zone())
	page.Day = link{Path: page.At.WithCountry(in.Country).WithDate(address.DayOf(began)).Path(), Text: page.Date(began, in.Country)}
	page.Data = "/api/v1/incidents/" + in.ID
	page.AsOf = []locale.Time{page.Instant(page.read.asOf, in.Country)}
	page.addCounts(ctx, in, worst)
	return page, nil
}

// stateText is the state of an incident, with its end and duration if it ended.
func (w *wording) stateText(in public.Incident) string {
	if in.Over() {
		key := "incident.ended"
		if in.EndUnknown {
			key += ".unknown"
		}
		return w.T(key, "time", w.Instant(in.ClosedAt, in.Country).Text, "lasted", w.Duration(in.Duration(in.ClosedAt)))
	}
	return w.T("incident." + string(in.State))
}

const (
	allRegions     = 99 // more than a country has
	namedDistricts = 6
)

// facts are the rows of the table.
func (page *incidentPage) facts(in public.Incident) []fact {
	where := page.CountryName(in.Country)
	if in.Footprint.Scope != outage.ScopeCountry {
		where += " · " + page.words.where(in, allRegions)
	}
	facts := []fact{{page.T("fact.where"), where}}
	if districts := page.words.districtNames(in.Footprint.Districts, namedDistricts); districts != "" {
		facts = append(facts, fact{page.T("fact.districts"), districts})
	}
	facts = append(facts, []fact{
		{page.T("fact.scope"), page.T("scope." + string(in.Footprint.Scope))},
		{page.T("fact.severity"), page.T("severity." + string(in.Severity))},
	}...)
	if in.Over() {
		return append(facts, fact{page.T("fact.lasted"), page.Duration(in.Duration(in.ClosedAt))})
	}
	return facts
}

func (w *wording) ratioText(ratio float64) string {
	if ratio > mostRatio {
		return w.T("fact.times.most", "times", w.Int(mostRatio))
	}
	return w.T("fact.times", "times", w.Amount(ratio))
}

// timeline lists the first minute of the excursion, then the changes of state.
func (page *incidentPage) timeline(record public.Incident) []step {
	steps := []step{{At: page.Instant(record.Since.Time(), record.Country), Text: page.T("fact.began")}}
	for i, change := range record.Changes {
		text := page.T("step." + string(change.State))
		switch {
		case i > 0 && change.State == record.Changes[i-1].State: // another verdict
			text = page.words.fault(record.Service, change)
		case i > 0 && change.State == outage.StateOpen:
			text = page.T("step.again")
		case i == len(record.Changes)-1 && record.EndUnknown:
			text = page.T("state.unknown")
		}
		steps = append(steps, step{At: page.Instant(change.At, record.Country), Text: text})
	}
	return steps
}

// fault names the probable cause after a change of verdict.
func (w *wording) fault(service string, change public.Change) string {
	if change.Verdict == outage.LikelyCollateral {
		return w.T("incident.cause", "service", w.serviceNamed(service), "cause", w.serviceNamed(change.Cause))
	}
	return w.T("step.itself", "service", w.serviceNamed(service))
}

// addCounts adds what was counted during the incident. Counts that cannot be read
// are left out.
func (page *incidentPage) addCounts(ctx context.Context, in public.Incident, worst public.Extremes) {
	service, ok := page.builder.config.Services.Service(in.Service)
	if !ok {
		service = outage.Service{Slug: in.Service, Name: in.Service}
	}
	span := in.Span(page.read.asOf)
	page.Place = page.regionMap(ctx, service, in.Country, span.Snap(outage.Quarter))
	page.Place.Heading, page.Place.Empty = page.T("incident.map"), page.T("region.few")
	page.Place.Map = page.footprint(page.Place.Map, in)
	if page.Place.Map.Worst, page.Place.Map.Spared = page.extremeTexts(worst); len(worst.Worst) > 0 && !in.Over() {
		page.Place.Map.Worst = page.T("map.worst.hour", "places", page.townNames(worst.Worst)) // the map is of all of it
	}
	found, err := page.read.readings.Symptoms(ctx, in.Service, outage.Area{Country: in.Country}, span)
	if err != nil {
		page.read.miss(err, "symptoms")
	} else {
		page.Symptoms, page.Symptom = page.words.shares(service, found), page.T("incident.symptoms.of", "n", found.Total)
	}
	networks, err := page.read.readings.Networks(ctx, in.Service, in.Country, "", span)
	if err != nil {
		page.read.miss(err, "networks")
	}
	if table := page.words.networkTable(networks, page.builder.sentences.Networks(page.At.Lang, in)); table.Any() {
		page.Networks = []networkTable{table}
	}
	page.family(ctx, service, in, span)
}

// family divides the services of the same family into those that had an incident
// at the time and those that had none.
func (page *incidentPage) family(ctx context.Context, service outage.Service, in public.Incident, span outage.Span) {
	for _, relative := range page.builder.config.Services.Family(service.Family) {
		if relative.Slug == in.Service || !address.UsedIn(relative, in.Country) {
			continue
		}
		filter := outage.IncidentFilter{Service: relative.Slug, Country: in.Country, Span: span}
		found, _, err := page.read.incidents.Incidents(ctx, filter, "", 1)
		name := page.ServiceName(relative)
		switch {
		case err != nil:
			page.read.miss(err, "incidents")
		case len(found) > 0:
			page.Affected = append(page.Affected, link{Path: page.incidentPath(found[0].ID), Text: name})
		default:
			path := address.Address{Lang: page.At.Lang, Country: in.Country, Service: relative.Slug}.Path()
			page.Unaffected = append(page.Unaffected, link{Path: path, Text: name})
		}
	}
	page.UnaffectedText = page.T("family.calm", "in", page.InCountry(in.Country))
}

// footprint draws the outline of an incident on a map, unless it covers the whole
// country.
func (page *incidentPage) footprint(drawn heatmap, in public.Incident) heatmap {
	land := page.builder.maps[mapKey{in.Country, in.Country.MapResolution()}]
	if in.Footprint.Scope == outage.ScopeCountry || len(in.Footprint.Cells) == 0 || drawn.SVG == "" {
		return drawn
	}
	cells := coarseCells(public.Group{in})
	if len(cells) == 0 {
		return drawn
	}
	return drawn.withOutline(land.Outline(cells), page.T("map.footprint"))
}
