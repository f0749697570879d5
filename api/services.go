package api

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/duration"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

type symptomJSON struct {
	Slug  string            `json:"slug"`
	Name  string            `json:"name"`
	Names map[string]string `json:"names"`
}

type healthJSON struct {
	Status    outage.Status `json:"status"`
	Window    string        `json:"window"`
	Observed  int64         `json:"observed"`
	Reports   int64         `json:"reports"`
	Expected  *float64      `json:"expected"`
	KnownIn   *int          `json:"known_in_days"`
	Threshold *float64      `json:"threshold"`
	Incident  *string       `json:"incident"`
	Incidents []string      `json:"incidents"`
}

// wireHealth is the health of a service and its incident.
func wireHealth(health public.Health) healthJSON {
	wire := healthJSON{
		Status: health.Status, Window: duration.Format(health.Window),
		Observed: health.Observed, Reports: health.Reports, Expected: number(health.Expected), KnownIn: orNull(health.KnownIn), Incidents: []string{},
	}
	for _, in := range health.Incidents {
		wire.Incidents = append(wire.Incidents, in.ID)
	}
	if incident := health.Incident; incident != nil {
		wire.Threshold, wire.Incident = number(&incident.Threshold), &incident.ID
	}
	return wire
}

// servicesJSON is the list of services, all of one snapshot.
type servicesJSON struct {
	AsOf string `json:"as_of"`
	list[serviceJSON]
}

type serviceJSON struct {
	AsOf       string                        `json:"as_of"`
	Slug       string                        `json:"slug"`
	Name       string                        `json:"name"`
	Names      map[string]string             `json:"names"`
	Family     *string                       `json:"family"`
	Category   string                        `json:"category"`
	Countries  []outage.Country              `json:"countries"`
	Symptoms   []symptomJSON                 `json:"symptoms"`
	Status     map[outage.Country]healthJSON `json:"status"`
	Reports24h *int64                        `json:"reports_24h"`
	Sparkline  []int64                       `json:"sparkline"`
	Official   *public.OfficialStatus        `json:"official"`
}

func (a *API) listServices(c *fiber.Ctx) error {
	q := a.query(c, "cursor")
	q.cursor()
	if err := q.err(); err != nil {
		return err
	}
	return a.sendShared(c, "services", freshReading, func(ctx context.Context) (any, error) {
		answer := servicesJSON{asOf(q.numbers.AsOf()), list[serviceJSON]{Items: []serviceJSON{}}}
		for _, service := range a.config.Services.Services() {
			item, err := live(ctx, q.numbers, service)
			if err != nil {
				return nil, err
			}
			answer.Items = append(answer.Items, item)
		}
		return answer, nil
	})
}

func (a *API) getService(c *fiber.Ctx) error {
	service, err := a.named(c)
	if err != nil {
		return err
	}
	q := a.query(c)
	if err := q.err(); err != nil {
		return err
	}
	return a.sendShared(c, "services/"+service.Slug, freshReading, func(ctx context.Context) (any, error) {
		return live(ctx, q.numbers, service)
	})
}

// named is the service that the path names.
func (a *API) named(c *fiber.Ctx) (outage.Service, error) {
	service, ok := a.config.Services.Service(utils.CopyString(c.Params("slug")))
	if !ok {
		return outage.Service{}, &outage.Error{Code: outage.CodeNotFound, Detail: "There is no service of this name."}
	}
	return service, nil
}

// live is the wire shape of a service with how it does now.
func live(ctx context.Context, numbers Readings, service outage.Service) (serviceJSON, error) {
	wire := describe(service)
	wire.AsOf, wire.Official = asOf(numbers.AsOf()), numbers.Official(service.Slug)
	for _, country := range wire.Countries {
		health, err := numbers.Health(ctx, service.Slug, country)
		if err != nil {
			return serviceJSON{}, err
		}
		wire.Status[country] = wireHealth(health)
	}
	day, err := numbers.Day(ctx, service.Slug)
	if known := outage.AsError(err); known != nil && known.Code == outage.CodeUnavailable {
		return wire, nil // the live status is worth having without its past
	} else if err != nil {
		return serviceJSON{}, err
	}
	total := day.Total()
	wire.Sparkline, wire.Reports24h = day[:], &total
	return wire, nil
}

func describe(service outage.Service) serviceJSON {
	wire := serviceJSON{
		Slug:      service.Slug,
		Name:      service.Name,
		Names:     service.Names,
		Family:    orNull(service.Family),
		Category:  service.Category,
		Countries: service.Country,
		Symptoms:  []symptomJSON{},
		Status:    make(map[outage.Country]healthJSON),
	}
	if len(wire.Countries) == 0 {
		wire.Countries = outage.Countries()
	}
	for _, symptom := range service.Symptoms {
		wire.Symptoms = append(wire.Symptoms, symptomJSON{symptom.Slug, symptom.Names["en"], symptom.Names})
	}
	return wire
}
