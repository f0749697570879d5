package api

import (
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/public"
)

// whyJSON is the arithmetic of an opening, so that anybody can check it.
type whyJSON struct {
	From    string     `json:"from"`
	To      string     `json:"to"`
	Reports int64      `json:"reports"`
	Judged  float64    `json:"judged"`
	Works   int64      `json:"works"`
	Tips    []tipJSON  `json:"tips"`
	Trail   []stepJSON `json:"trail"`
}

// tipJSON is a node that had enough evidence.
type tipJSON struct {
	Scope     outage.Scope   `json:"scope"`
	Region    *outage.Region `json:"region"`
	Cell      *outage.Cell   `json:"cell"`
	Since     string         `json:"since"`
	Observed  int64          `json:"observed"`
	Expected  float64        `json:"expected"`
	Threshold float64        `json:"threshold"`
	Evidence  float64        `json:"evidence"`
	Needed    float64        `json:"needed"`
	Design    float64        `json:"design"`
	Run       *runJSON       `json:"run"`
}

// runJSON is a run of minutes as one count.
type runJSON struct {
	Minutes    int      `json:"minutes"`
	Evidence   float64  `json:"evidence"`
	Needed     float64  `json:"needed"`
	Dispersion float64  `json:"dispersion"`
	Recurrence *float64 `json:"recurrence"`
	Basis      string   `json:"basis"`
}

// What the normal of a run rests on.
const (
	basisOwn   = "own"
	basisPrior = "prior"
)

// wireRun is nil for an incident of a version that did not record it.
func wireRun(of public.Node) *runJSON {
	if of.Run == (outage.RunSignal{}) {
		return nil
	}
	wire := &runJSON{
		Minutes: of.Minutes, Evidence: round(of.Run.Evidence, meanDecimals), Needed: round(of.Run.Needed, meanDecimals),
		Dispersion: round(of.Run.Dispersion, meanDecimals), Basis: basisOwn,
	}
	if of.Run.Recurrence > 0 {
		wire.Recurrence = number(&of.Run.Recurrence)
	}
	if of.Run.Prior {
		wire.Basis = basisPrior
	}
	return wire
}

// stepJSON is a minute before the opening. A node below the country has no numbers, because
// their differences from minute to minute would reveal single reports.
type stepJSON struct {
	Time     string       `json:"t"`
	Observed int64        `json:"observed"`
	Expected float64      `json:"expected"`
	Upper    float64      `json:"upper"`
	Scope    outage.Scope `json:"scope"`
	Evidence *float64     `json:"evidence"`
	Needed   *float64     `json:"needed"`
}

type recoveryJSON struct {
	Region  outage.Region `json:"region"`
	Ratio   *float64      `json:"ratio"`
	Peak    *float64      `json:"peak"`
	EndedAt *string       `json:"ended_at"`
	Back    *int64        `json:"back"`
}

// why is nil for an incident without a stored explanation.
func why(of public.Explanation) *whyJSON {
	if of.Window.From >= of.Window.To {
		return nil
	}
	wire := &whyJSON{
		From: wireTime(of.Window.From), To: wireTime(of.Window.To),
		Reports: of.Reports, Judged: round(of.Judged, meanDecimals), Works: of.Works,
		Tips: []tipJSON{}, Trail: make([]stepJSON, len(of.History)),
	}
	for _, node := range of.Alarming {
		wire.Tips = append(wire.Tips, wireTip(node))
	}
	for i, step := range of.History {
		wire.Trail[i] = wireStep(step)
	}
	return wire
}

func wireTip(tip public.Node) tipJSON {
	return tipJSON{
		Scope: tip.Scope, Region: orNull(tip.Region), Cell: orNull(tip.Cell), Since: wireTime(tip.Since),
		Observed: tip.Observed, Expected: round(tip.Expected, meanDecimals), Threshold: round(tip.Threshold, meanDecimals),
		Evidence: round(tip.Evidence, meanDecimals), Needed: round(tip.Needed, meanDecimals), Design: tip.Alternative, Run: wireRun(tip),
	}
}

func wireStep(step public.Step) stepJSON {
	return stepJSON{
		Time: wireTime(step.Minute), Observed: step.Observed,
		Expected: round(step.Expected, meanDecimals), Upper: round(step.Upper, meanDecimals), Scope: step.Scope,
		Evidence: number(step.Evidence), Needed: number(step.Needed),
	}
}

// recoveries are the regions of a footprint that have enough reports to show.
func recoveries(all []public.Recovery) []recoveryJSON {
	wire := []recoveryJSON{}
	for _, r := range all {
		shown := recoveryJSON{Region: r.Region, Ratio: number(&r.Ratio), Peak: number(&r.Peak), Back: orNull(r.Back)}
		if !r.At.IsZero() {
			at := r.At.UTC().Format(time.RFC3339)
			shown.EndedAt = &at
		}
		wire = append(wire, shown)
	}
	return wire
}
