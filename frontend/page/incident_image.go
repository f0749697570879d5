package page

import (
	"cmp"
	"context"
	"fmt"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/draw"
	"github.com/open-downpour/downpour/pkg/locale"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// IncidentPNG is the share picture of an incident. A language that no font
// supports is replaced by the default one.
func (s *Builder) IncidentPNG(ctx context.Context, at address.Address, record public.Incident) ([]byte, error) {
	if !s.fonts.Supports(at.Lang) {
		at.Lang = locale.Default
	}
	in := record
	f := s.requestIn(at, in.Country)
	extent, _ := f.read.extent(ctx, in)
	text := draw.ShareText{
		Lang:   at.Lang,
		Site:   f.Site(),
		Title:  f.T("incident.of.service", "service", f.words.serviceNamed(in.Service), "in", f.InCountry(in.Country)),
		State:  f.words.because(f.words.state(in), in) + " · " + f.T("severity."+string(in.Severity)),
		Text:   cmp.Or(s.sentences.Totals(at.Lang, in, extent, f.read.worstOf(ctx, in)), s.sentences.Describe(at.Lang, in)),
		Source: f.marked(f.T("image.source")),
	}
	span := in.Span(f.read.asOf).Snap(outage.Quarter)
	heat, err := f.read.readings.Heatmap(ctx, in.Service, in.Country, in.Country.MapResolution(), span)
	if err != nil {
		return nil, fmt.Errorf("reading the map: %w", err)
	}
	return draw.SharePNG(s.fonts, text, s.maps[mapKey{in.Country, in.Country.MapResolution()}], heat)
}
