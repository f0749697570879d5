package api

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// about is the parameters that a response about one service repeats.
type about struct {
	Service  string           `json:"service"`
	Country  *outage.Country  `json:"country"`
	Region   *outage.Region   `json:"region"`
	District *outage.District `json:"district"`
	AsOf     string           `json:"as_of"`
	From     string           `json:"from"`
	To       string           `json:"to"`
}

type pointJSON struct {
	T        string   `json:"t"`
	Reports  int64    `json:"reports"`
	Works    int64    `json:"works"`
	Back     int64    `json:"back"`
	Expected *float64 `json:"expected"`
	Upper    *float64 `json:"upper"`
}

type seriesJSON struct {
	about
	Step string  `json:"step"`
	TZ   *string `json:"tz"`
	list[pointJSON]
}

func (a *API) getSeries(c *fiber.Ctx) error {
	service, err := a.named(c)
	if err != nil {
		return err
	}
	q := a.query(c, "country", "region", "district", "from", "to", "window", "step", "tz", "cursor")
	q.cursor()
	area := q.area()
	span := q.span(day, longestSeries)
	step := q.step(span, area)
	zone := q.zone(step)
	if err := q.err(); err != nil {
		return err
	}
	span = q.whole(span, step, zone)
	key := fmt.Sprintf("series %s %v %v %d %s", service.Slug, area, span, step, q.text("tz"))
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		series, err := q.series(ctx, service.Slug, area, span, step, zone)
		if err != nil {
			return nil, err
		}
		value := seriesJSON{
			about: tell(service, area, series.AsOf, series.Span),
			Step:  duration.Format(time.Duration(series.Step) * time.Minute),
			TZ:    orNull(q.text("tz")),
			list:  list[pointJSON]{Items: make([]pointJSON, 0, len(series.Points))},
		}
		for _, point := range series.Points {
			value.Items = append(value.Items, pointJSON{
				T:        wireTime(point.Start),
				Reports:  point.Reports,
				Works:    point.Works,
				Back:     point.Back,
				Expected: number(point.Expected),
				Upper:    number(point.Upper),
			})
		}
		return a.newJSON(value)
	})
}

// series reads steps of the clock, or days of a zone.
func (q *query) series(ctx context.Context, service string, area outage.Area, span outage.Span, step int, zone *time.Location) (public.Series, error) {
	if zone != nil {
		return q.numbers.Days(ctx, service, area, span, zone)
	}
	return q.numbers.Series(ctx, service, area, span, step)
}

type symptomCountJSON struct {
	Symptom *string `json:"symptom"`
	Reports int64   `json:"reports"`
	Share   float64 `json:"share"`
}

type symptomsJSON struct {
	about
	Total    int64 `json:"total"`
	Withheld int64 `json:"withheld"`
	list[symptomCountJSON]
}

func (a *API) getSymptoms(c *fiber.Ctx) error {
	service, err := a.named(c)
	if err != nil {
		return err
	}
	q := a.query(c, "country", "region", "district", "from", "to", "window", "cursor")
	q.cursor()
	area := q.area()
	span := q.span(day, longestDetail)
	if err := q.err(); err != nil {
		return err
	}
	key := fmt.Sprintf("symptoms %s %v %v", service.Slug, area, span.Snap(outage.Quarter))
	return a.sendWindow(c, key, func(ctx context.Context) (*answer, error) {
		symptoms, err := q.numbers.Symptoms(ctx, service.Slug, area, span)
		if err != nil {
			return nil, err
		}
		return a.newJSON(symptomsJSON{
			about:    tell(service, area, symptoms.AsOf, symptoms.Span),
			Total:    symptoms.Total,
			Withheld: symptoms.Withheld,
			list:     list[symptomCountJSON]{Items: wireSymptoms(symptoms.Items)},
		})
	})
}

func wireSymptoms(items []public.SymptomCount) []symptomCountJSON {
	wire := make([]symptomCountJSON, 0, len(items))
	for _, item := range items {
		share := number(&item.Share)
		if share == nil {
			share = new(float64)
		}
		wire = append(wire, symptomCountJSON{orNull(item.Symptom), item.Reports, *share})
	}
	return wire
}

func tell(service outage.Service, area outage.Area, at time.Time, span outage.Span) about {
	return about{
		Service:  service.Slug,
		Country:  orNull(area.Country),
		Region:   orNull(area.Region),
		District: orNull(area.District),
		AsOf:     asOf(at),
		From:     wireTime(span.From),
		To:       wireTime(span.To),
	}
}
