// Package explain prints the minutes around the opening of an incident, with the
// arithmetic behind it.
//
// All of it comes from the API of the server that found the incident: nothing is
// computed again, so that what is printed is what was decided.
package explain

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/open-downpour/downpour/pkg/client"
	"github.com/open-downpour/downpour/pkg/outage"
)

// incident is what the API gives of an incident, as far as the table of its
// opening needs it. It is the view of a client, not the type of the server: explain may
// ask a server of another version, so that it ignores fields that it does not know and
// requires none. api/openapi.yaml describes them all.
type incident struct {
	ID        string            `json:"id"`
	Service   string            `json:"service"`
	Country   outage.Country    `json:"country"`
	OpenedAt  time.Time         `json:"opened_at"`
	Verdict   outage.Verdict    `json:"verdict"`
	Reasons   []outage.Reason   `json:"reasons"`
	Narrative map[string]string `json:"narrative"`
	Timeline  []struct {
		At      time.Time      `json:"at"`
		State   outage.State   `json:"state"`
		Verdict outage.Verdict `json:"verdict"`
		Cause   string         `json:"cause"`
	} `json:"timeline"`
	Networks *struct {
		Named    int64             `json:"named"`
		Items    []networkRow      `json:"items"`
		Sentence map[string]string `json:"sentence"`
	} `json:"networks"`
	Why *struct {
		From    time.Time `json:"from"`
		Reports int64     `json:"reports"`
		Judged  float64   `json:"judged"`
		Works   int64     `json:"works"`
		Tips    []struct {
			Scope                                         outage.Scope
			Region, Cell                                  string
			Observed                                      int64
			Expected, Threshold, Evidence, Needed, Design float64
			Run                                           *run
		} `json:"tips"`
		Trail []trailStep `json:"trail"`
	} `json:"why"`
}

// networkRow is an access network of those who report; its numbers are unknown where its
// ordinary share is.
type networkRow struct {
	Network                              string
	Reports                              int64
	Observed, Expected, Ratio, Low, High *float64
	Reading                              string
}

type trailStep struct {
	Time     time.Time    `json:"t"`
	Observed int64        `json:"observed"`
	Expected float64      `json:"expected"`
	Upper    float64      `json:"upper"`
	Scope    outage.Scope `json:"scope"`
	Evidence *float64     `json:"evidence"`
	Needed   *float64     `json:"needed"`
}

// seriesPoint is a minute of a series.
type seriesPoint struct {
	Time     time.Time `json:"t"`
	Reports  int64     `json:"reports"`
	Expected *float64  `json:"expected"`
	Upper    *float64  `json:"upper"`
}

// Minutes of the table before the first and after the opening.
const (
	minutesBefore = 5
	minutesAfter  = 10
)

// Print prints the minutes around the opening of an incident. The arithmetic
// is what the detector recorded when it opened it; the minutes beside come from the
// series.
func Print(ctx context.Context, over *http.Client, server, id string, out io.Writer) error {
	var in incident
	if err := client.Read(ctx, over, server+"/api/v1/incidents/"+url.PathEscape(id), &in); err != nil {
		return fmt.Errorf("explaining %s: %w", id, err)
	}
	from, to := in.OpenedAt.Add(-minutesBefore*time.Minute), in.OpenedAt.Add(minutesAfter*time.Minute)
	if in.Why != nil {
		from = in.Why.From.Add(-minutesBefore * time.Minute)
	}
	query := url.Values{
		"country": {string(in.Country)}, "step": {"1m"},
		"from": {from.UTC().Format(time.RFC3339)}, "to": {to.UTC().Format(time.RFC3339)},
	}
	var series struct{ Items []seriesPoint }
	if err := client.Read(ctx, over, server+"/api/v1/services/"+url.PathEscape(in.Service)+"/series?"+query.Encode(), &series); err != nil {
		return fmt.Errorf("explaining %s: %w", id, err)
	}
	return in.print(series.Items, out)
}

// run is the minutes of a tip as one count.
type run struct {
	Minutes                      int
	Evidence, Needed, Dispersion float64
	Recurrence                   *float64
	Basis                        string
}

// printRuns prints at which time scale each place was judged, by which dispersion, and
// against a normal of its own or a prior. Incidents of earlier versions have none.
func (in *incident) printRuns(out io.Writer) {
	printed := false
	for _, tip := range in.Why.Tips {
		if tip.Run == nil {
			continue
		}
		if !printed {
			fmt.Fprintln(out, "place\tminutes as one count\tevidence\tneeded\tby recurrence\tdispersion\tnormal")
			printed = true
		}
		fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", cmp.Or(tip.Cell, tip.Region, string(in.Country)), tip.Run.Minutes,
			figure(tip.Run.Evidence), figure(tip.Run.Needed), known(tip.Run.Recurrence), figure(tip.Run.Dispersion), tip.Run.Basis)
	}
	if printed {
		fmt.Fprintln(out)
	}
}

func (in *incident) print(minutes []seriesPoint, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "%s\n\n", in.Narrative["en"])
	if len(in.Reasons) > 0 {
		fmt.Fprintf(table, "%s because of: %v\n\n", in.Verdict, in.Reasons)
	}
	if why := in.Why; why != nil {
		fmt.Fprintf(table, "reports %d, judged %s, for whom it works %d\n\n", why.Reports, figure(why.Judged), why.Works)
		fmt.Fprintln(table, "place\tobserved\texpected\tthreshold\tevidence\tneeded\tdesign")
		for _, tip := range why.Tips {
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\tx%s\n", cmp.Or(tip.Cell, tip.Region, string(in.Country)), tip.Observed,
				figure(tip.Expected), figure(tip.Threshold), figure(tip.Evidence), figure(tip.Needed), figure(tip.Design))
		}
		fmt.Fprintln(table)
		in.printRuns(table)
	}
	in.printNetworks(table)
	fmt.Fprintln(table, "UTC\tlocal\tobserved\texpected\tupper\tevidence\tneeded\tdecision")
	for _, minute := range minutes {
		in.row(table, minute)
	}
	return table.Flush()
}

// printNetworks prints the access networks against their ordinary shares, and what they
// change in the verdict.
func (in *incident) printNetworks(out io.Writer) {
	if in.Networks == nil || len(in.Networks.Items) == 0 {
		return
	}
	if sentence := in.Networks.Sentence["en"]; sentence != "" {
		fmt.Fprintf(out, "%s\n\n", sentence)
	}
	fmt.Fprintln(out, "network\treports\tobserved\texpected\tratio\tlow\thigh\treading")
	for _, n := range in.Networks.Items {
		fmt.Fprintf(out, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", n.Network, n.Reports, known(n.Observed), known(n.Expected), known(n.Ratio),
			known(n.Low), known(n.High), n.Reading)
	}
	fmt.Fprintln(out)
}

// row is a minute: what the detector kept of it, else what the series has.
func (in *incident) row(out io.Writer, minute seriesPoint) {
	observed, expected, upper, evidence, needed := minute.Reports, known(minute.Expected), known(minute.Upper), "", ""
	if step := in.step(minute.Time); step != nil {
		observed, expected, upper = step.Observed, figure(step.Expected), figure(step.Upper)
		evidence, needed = known(step.Evidence), known(step.Needed)
		if step.Evidence == nil {
			evidence = "in a " + string(step.Scope)
		}
	}
	fmt.Fprintf(out, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n", minute.Time.UTC().Format("2006-01-02 15:04"),
		minute.Time.In(in.Country.Zone()).Format("15:04"), observed, expected, upper, evidence, needed, in.decision(minute.Time))
}

func (in *incident) step(at time.Time) *trailStep {
	if in.Why == nil {
		return nil
	}
	for i := range in.Why.Trail {
		if in.Why.Trail[i].Time.Equal(at) {
			return &in.Why.Trail[i]
		}
	}
	return nil
}

// decision is what was decided at the end of a minute.
func (in *incident) decision(minute time.Time) string {
	var decisions []string
	for _, change := range in.Timeline {
		if !change.At.Equal(minute.Add(time.Minute)) {
			continue
		}
		decisions = append(decisions, strings.TrimSpace(fmt.Sprint(change.State, " ", change.Verdict, " ", change.Cause)))
	}
	if step := in.step(minute); len(decisions) == 0 && step != nil && step.Evidence != nil && *step.Evidence >= *step.Needed/2 {
		return string(outage.StatePending)
	}
	return strings.Join(decisions, ", ")
}

func known(value *float64) string {
	if value == nil {
		return "-"
	}
	return figure(*value)
}

// figure is a number with three digits that count.
func figure(x float64) string {
	if x >= 1000 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}
