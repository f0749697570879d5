package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/open-downpour/downpour/pkg/csvtable"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public/register"
)

const (
	registerPath      = "/register/:file"
	usualRows         = 200
	mostRows          = 1000
	firstRegisterYear = 2000
	lastRegisterYear  = 2999
	// freshVersion is for a stored version, which never changes.
	freshVersion = 365 * 24 * time.Hour
)

// registerJSON is a page of the register.
type registerJSON struct {
	AsOf string `json:"as_of"`
	list[register.Row]
}

type editionJSON struct {
	Quarter     string  `json:"quarter"`
	Version     int     `json:"version"`
	Provisional bool    `json:"provisional"`
	CreatedAt   string  `json:"created_at"`
	Incidents   int     `json:"incidents"`
	SHA256      *string `json:"sha256"`
	JSON        string  `json:"json"`
	CSV         string  `json:"csv"`
}

type registerFileJSON struct {
	editionJSON
	Items []register.Row `json:"items"`
}

type hoursJSON struct {
	Country   outage.Country `json:"country"`
	Place     string         `json:"place"`
	Service   string         `json:"service"`
	Incidents int            `json:"incidents"`
	Hours     float64        `json:"hours"`
}

type hoursListJSON struct {
	AsOf  string         `json:"as_of"`
	Level register.Level `json:"level"`
	From  *string        `json:"from"`
	To    *string        `json:"to"`
	list[hoursJSON]
}

// registerParameters are those that choose rows.
var registerParameters = []string{"year", "quarter", "country", "region", "district", "service"}

func (q *query) registerFilter() register.Filter {
	area := q.area()
	filter := register.Filter{Service: q.service(), Country: area.Country, Region: area.Region, District: area.District}
	filter.Year = q.integer("year", firstRegisterYear, lastRegisterYear, 0)
	filter.Quarter = q.integer("quarter", 1, 4, 0)
	if filter.Quarter != 0 && filter.Year == 0 && q.text("year") == "" {
		q.fail(outage.Invalid("quarter", "A quarter needs a year."))
	}
	return filter
}

func (a *API) getRegister(c *fiber.Ctx) error {
	q := a.query(c, append([]string{"limit", "cursor", "format"}, registerParameters...)...)
	filter := q.registerFilter()
	limit := q.integer("limit", 1, mostRows, usualRows)
	rows := a.config.IncidentRegister.Rows(filter)
	if cursor := q.text("cursor"); cursor != "" {
		at := slices.IndexFunc(rows, func(row register.Row) bool { return row.ID == cursor })
		if at < 0 {
			q.cursor()
		}
		rows = rows[at+1:]
	}
	chosen := q.format(c, formatJSON, formatCSV)
	if err := q.err(); err != nil {
		return err
	}
	if chosen == formatCSV {
		body, err := register.CSV(rows)
		if err != nil {
			return err
		}
		return a.sendMarked(c, typeCSV+"; charset=utf-8", body, freshReading)
	}
	answer := registerJSON{asOf(a.registerAsOf(q)), list[register.Row]{Items: orEmpty(rows)}}
	if len(rows) > limit {
		answer.Items, answer.Next = rows[:limit], &rows[limit-1].ID
	}
	return a.sendJSON(c, answer, freshReading)
}

// registerAsOf is that of the rows, which are some minutes older than other answers.
func (a *API) registerAsOf(q *query) time.Time {
	if made := a.config.IncidentRegister.AsOf(); !made.IsZero() {
		return made
	}
	return q.numbers.AsOf()
}

func (a *API) getRegisterFiles(c *fiber.Ctx) error {
	q := a.query(c, "cursor")
	q.cursor()
	if err := q.err(); err != nil {
		return err
	}
	answer := list[editionJSON]{Items: []editionJSON{}}
	for _, edition := range a.config.IncidentRegister.Editions() {
		answer.Items = append(answer.Items, wireEdition(edition))
	}
	return a.sendJSON(c, answer, freshReading)
}

func wireEdition(edition register.Edition) editionJSON {
	address := "/register/" + edition.Quarter.String()
	if !edition.Provisional() {
		address += fmt.Sprintf(".v%d", edition.Version)
	}
	return editionJSON{
		Quarter: edition.Quarter.String(), Version: edition.Version, Provisional: edition.Provisional(),
		CreatedAt: asOf(edition.CreatedAt), Incidents: edition.Incidents, SHA256: orNull(edition.Digest),
		JSON: address + ".json", CSV: address + ".csv",
	}
}

func (a *API) getRegisterHours(c *fiber.Ctx) error {
	q := a.query(c, append([]string{"level", "cursor", "format"}, registerParameters...)...)
	q.cursor()
	filter := q.registerFilter()
	level := register.Level(q.text("level"))
	switch level {
	case "":
		level = register.LevelDistrict
	case register.LevelCountry, register.LevelRegion, register.LevelDistrict:
	default:
		q.fail(outage.Invalid("level", "It must be country, region or district."))
	}
	chosen := q.format(c, formatJSON, formatCSV)
	if err := q.err(); err != nil {
		return err
	}
	made := a.registerAsOf(q)
	from, to := filter.Span()
	answer := hoursListJSON{AsOf: asOf(made), Level: level, list: list[hoursJSON]{Items: []hoursJSON{}}}
	if filter.Year != 0 {
		first, last := asOf(from), asOf(to)
		answer.From, answer.To = &first, &last
	}
	if soFar := made.Add(time.Minute); filter.Year == 0 || to.After(soFar) { // with the minute under way
		to = soFar
	}
	place := string(filter.Region)
	if level == register.LevelDistrict {
		place = string(filter.District)
	}
	// An incident that opened in an earlier quarter may reach into this one.
	choose := filter
	choose.Year, choose.Quarter = 0, 0
	for _, hours := range register.HoursOf(a.config.IncidentRegister.Rows(choose), level, from, to) {
		if place != "" && level != register.LevelCountry && hours.Place != place || filter.Service != "" && hours.Service != filter.Service {
			continue
		}
		answer.Items = append(answer.Items, hoursJSON{hours.Country, hours.Place, hours.Service, hours.Incidents, round(hours.Duration.Hours(), hourDecimals)})
	}
	if chosen == formatCSV {
		return a.sendHoursCSV(c, answer.Items)
	}
	return a.sendJSON(c, answer, freshReading)
}

// hourDecimals keeps a hundredth of an hour.
const hourDecimals = 1e2

func (a *API) sendHoursCSV(c *fiber.Ctx, items []hoursJSON) error {
	records := make([][]string, 0, len(items))
	for _, hours := range items {
		records = append(records, []string{
			string(hours.Country), hours.Place, hours.Service, strconv.Itoa(hours.Incidents), strconv.FormatFloat(hours.Hours, 'f', -1, 64),
		})
	}
	body, err := csvtable.Encode([]string{"country", "place", "service", "incidents", "hours"}, records)
	if err != nil {
		return err
	}
	return a.sendMarked(c, typeCSV+"; charset=utf-8", body, freshReading)
}

var registerFile = regexp.MustCompile(`^(\d{4}-[Qq][1-4])(?:\.v([1-9]\d{0,5}))?\.(json|csv)$`)

// getRegisterFile answers with the file of a quarter: 2025-Q1.csv is the current
// version, 2025-Q1.v2.csv a stored one.
func (a *API) getRegisterFile(c *fiber.Ctx) error {
	parts := registerFile.FindStringSubmatch(utils.CopyString(c.Params("file")))
	if parts == nil {
		return c.Next()
	}
	quarter, _ := register.ParseQuarter(parts[1])
	version, _ := strconv.Atoi(parts[2]) // "" is 0, the current one
	edition, rows, err := a.config.IncidentRegister.Version(c.UserContext(), quarter, version)
	if err != nil {
		return err
	}
	contentType, body := typeCSV+"; charset=utf-8", []byte(nil)
	if parts[3] == "csv" {
		body, err = register.CSV(rows)
	} else {
		contentType = fiber.MIMEApplicationJSON
		body, err = json.Marshal(registerFileJSON{wireEdition(edition), orEmpty(rows)})
	}
	if err != nil {
		return fmt.Errorf("writing the register of %s: %w", quarter, err)
	}
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="downpour-register-%s.%s"`, editionName(edition), parts[3]))
	c.Set("Downpour-Register-Version", strconv.Itoa(edition.Version))
	fresh := freshReading
	if version > 0 {
		fresh = freshVersion
	}
	return send(c, contentType, body, fresh)
}

func editionName(edition register.Edition) string {
	if edition.Provisional() {
		return edition.Quarter.String() + "-provisional"
	}
	return fmt.Sprintf("%s.v%d", edition.Quarter, edition.Version)
}
