package api

import (
	"context"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// networkCountJSON has a ratio only in a whole country, and where the ordinary share of
// the network is known.
type networkCountJSON struct {
	Network  string         `json:"network"`
	Reports  int64          `json:"reports"`
	Share    float64        `json:"share"`
	Observed *float64       `json:"observed"`
	Expected *float64       `json:"expected"`
	Ratio    *float64       `json:"ratio"`
	Low      *float64       `json:"low"`
	High     *float64       `json:"high"`
	Reading  public.Reading `json:"reading"`
}

type networksJSON struct {
	about
	Total int64 `json:"total"`
	Named int64 `json:"named"`
	list[networkCountJSON]
}

func (a *API) getNetworks(c *fiber.Ctx) error {
	service, err := a.named(c)
	if err != nil {
		return err
	}
	q := a.query(c, "country", "region", "from", "to", "window", "cursor")
	q.cursor()
	area := q.area()
	span := q.span(day, longestDetail)
	if err := q.err(); err != nil {
		return err
	}
	key := fmt.Sprintf("networks %s %v %v", service.Slug, area, span.Snap(outage.Quarter))
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		networks, err := q.numbers.Networks(ctx, service.Slug, area.Country, area.Region, span)
		if err != nil {
			return nil, err
		}
		return a.newJSON(networksJSON{
			about: tell(service, area, networks.AsOf, networks.Span),
			Total: networks.Total,
			Named: networks.Named,
			list:  list[networkCountJSON]{Items: wireNetworks(networks.Items)},
		})
	})
}

func wireNetworks(items []public.NetworkCount) []networkCountJSON {
	wire := make([]networkCountJSON, 0, len(items))
	for _, item := range items {
		one := networkCountJSON{Network: item.Network, Reports: item.Reports, Share: round(item.Share, meanDecimals), Reading: item.Reading()}
		if r := item.Ratio; r != nil {
			one.Observed, one.Expected, one.Ratio, one.Low, one.High = number(&r.Observed), number(&r.Expected), number(&r.Ratio), number(&r.Low), number(&r.High)
		}
		wire = append(wire, one)
	}
	return wire
}

// incidentNetworksJSON is what access networks say of an incident. Finding and sentence
// are null where that is nothing.
type incidentNetworksJSON struct {
	From     string             `json:"from"`
	To       string             `json:"to"`
	Total    int64              `json:"total"`
	Named    int64              `json:"named"`
	Items    []networkCountJSON `json:"items"`
	Finding  *accessFindingJSON `json:"finding"`
	Sentence map[string]string  `json:"sentence"`
}

// accessFindingJSON has numbers only where the pattern is one network.
type accessFindingJSON struct {
	Pattern  outage.AccessPattern `json:"pattern"`
	Network  *string              `json:"network"`
	Services *int                 `json:"services"`
	Ratio    *float64             `json:"ratio"`
	Low      *float64             `json:"low"`
	High     *float64             `json:"high"`
}

// networksOf is the breakdown during an incident, nil while it cannot be read.
func (a *API) networksOf(ctx context.Context, numbers Readings, in public.Incident) (*incidentNetworksJSON, error) {
	found, err := numbers.Networks(ctx, in.Service, in.Country, "", in.Span(numbers.Now()))
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeUnavailable {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	wire := &incidentNetworksJSON{
		From: wireTime(found.Span.From), To: wireTime(found.Span.To),
		Total: found.Total, Named: found.Named, Items: wireNetworks(found.Items), Sentence: a.sentences.AllNetworks(in),
	}
	if f := in.Access; f != nil {
		wire.Finding = &accessFindingJSON{Pattern: f.Pattern}
		if f.Pattern == outage.AccessOne {
			wire.Finding = &accessFindingJSON{f.Pattern, &f.Network, &f.Services, number(&f.Ratio), number(&f.Low), number(&f.High)}
		}
	}
	return wire, nil
}
