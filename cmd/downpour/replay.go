package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/pkg/client"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// replayCommand plays a past outage at a server.
type replayCommand struct {
	Name   string `arg:"" help:"Name of the scenario."`
	To     string `help:"Address of the server." required:"" placeholder:"URL"`
	At     string `help:"original: import it as of its own day. now: move it so that the outage begins now." enum:"original,now" default:"original"`
	Speed  string `help:"With --at now, how fast the outage plays: 1, 60 or max." enum:"1,60,max" default:"1"`
	APIKey string `help:"Key of the server's key file; DOWNPOUR_API_KEY in the environment." name:"api-key" hidden:""`
}

// Validate is called before Run, and names the flag at fault.
func (r *replayCommand) Validate() error {
	target, err := url.Parse(r.To)
	if err != nil || target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return fmt.Errorf("--to: must be an http(s):// address")
	}
	return nil
}

// Run plays the script, and prints what the server took as one JSON object.
func (r *replayCommand) Run(ctx context.Context) error {
	script, err := scenario.Load(r.Name)
	if err != nil {
		return err
	}
	w, err := world.Load()
	if err != nil {
		return err
	}
	server, err := client.Dial(r.To, r.APIKey, &http.Client{Timeout: time.Minute})
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	player := &player{server: server}
	options := scenario.Options{Services: w.Services, Places: w.Cities}
	pace := func(outage.Minute) (time.Time, error) { return time.Time{}, nil }
	if r.At == "now" {
		began := outage.MinuteOf(time.Now())
		options.Shift = time.Duration(began-script.Began) * time.Minute
		pace = (&pacer{began: began, start: time.Now(), speed: r.speed(), ctx: ctx}).wait
	}
	if err := player.play(ctx, script, options, pace); err != nil {
		return fmt.Errorf("replaying %s: %w", r.Name, err)
	}
	return json.NewEncoder(os.Stdout).Encode(player.sum)
}

// speed is how many minutes of the script play in one; 0 has no limit.
func (r *replayCommand) speed() float64 {
	speed, err := strconv.ParseFloat(r.Speed, 64)
	if err != nil {
		return 0 // max
	}
	return speed
}

// pacer holds the minutes of an outage that begins now back until they are due.
type pacer struct {
	ctx   context.Context
	began outage.Minute // from here on the script plays at its speed
	start time.Time
	speed float64
}

// wait returns once a minute is due, with the time at which its reports are
// told to have happened: now, since a report cannot come from the future. Zero
// means that they keep the time of the script.
func (p *pacer) wait(minute outage.Minute) (time.Time, error) {
	if minute < p.began {
		return time.Time{}, nil
	}
	if p.speed > 0 {
		due := p.start.Add(time.Duration(float64(minute-p.began) / p.speed * float64(time.Minute)))
		select {
		case <-time.After(time.Until(due)):
		case <-p.ctx.Done():
			return time.Time{}, p.ctx.Err()
		}
	}
	return time.Now(), nil
}

// playSum is what is printed.
type playSum struct {
	Sent      int     `json:"sent"`
	Accepted  int     `json:"accepted"`
	Counted   int     `json:"counted"`
	Duplicate int     `json:"duplicate"`
	Rejected  int     `json:"rejected"`
	Seconds   float64 `json:"duration_seconds"`
}

// linesABatch keeps a batch well under the most bytes that the server takes.
const linesABatch = 10_000

// batchesAtOnce is how many batches are on their way at a time, so that the
// server counts one while it archives another. Their order does not matter: no
// reporter of a script is in two of its rows.
const batchesAtOnce = 2

// player sends a script's reports in batches.
type player struct {
	server  *client.ClientWithResponses
	lines   int
	body    bytes.Buffer
	sending *errgroup.Group
	mutex   sync.Mutex // guards sum
	sum     playSum
}

func (p *player) play(ctx context.Context, script *scenario.Script, options scenario.Options, pace func(outage.Minute) (time.Time, error)) error {
	began := time.Now()
	p.sending, ctx = errgroup.WithContext(ctx)
	p.sending.SetLimit(batchesAtOnce)
	encoder := json.NewEncoder(&p.body)
	minute, told := outage.Minute(0), time.Time{}
	err := scenario.Play(script, options, func(row scenario.Row) error {
		if row.Minute != minute {
			minute = row.Minute
			paced, err := pace(minute)
			if err != nil {
				return err
			}
			if !paced.IsZero() {
				p.flush(ctx)
			}
			told = paced
		}
		for _, line := range scenario.Reports(row) {
			if !told.IsZero() {
				line.ReportedAt = told.UTC().Truncate(time.Second)
			}
			if err := encoder.Encode(line); err != nil {
				return err
			}
			p.lines++
		}
		if p.lines >= linesABatch {
			p.flush(ctx)
		}
		return ctx.Err()
	})
	p.flush(ctx)
	if failed := p.sending.Wait(); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	if err := p.insist(context.WithoutCancel(ctx), []byte("{\"final\":true}\n"), 0); err != nil {
		return err
	}
	p.sum.Seconds = time.Since(began).Seconds()
	return nil
}

// flush hands over what was gathered. What fails ends the play's context.
func (p *player) flush(ctx context.Context) {
	if p.lines == 0 {
		return
	}
	body, lines := bytes.Clone(p.body.Bytes()), p.lines
	p.body.Reset()
	p.lines = 0
	p.sending.Go(func() error { return p.insist(ctx, body, lines) })
}

// sendWaits are those between tries to send a batch, half a minute in all.
var sendWaits = retry.Waits{First: 250 * time.Millisecond, Most: 3 * time.Second, Tries: 20}

// insist sends a batch. Where the server is busy or away it waits and sends the
// same again: lines that are there already count nothing.
func (p *player) insist(ctx context.Context, body []byte, lines int) error {
	err := sendWaits.Do(ctx, func() error { return p.send(ctx, body) }, nil)
	if err != nil {
		return err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sum.Sent += lines
	return nil
}

// send sends the batch once. Its error is permanent where trying again would not
// help.
func (p *player) send(ctx context.Context, batch []byte) error {
	got, err := p.server.CreateBatchWithBodyWithResponse(ctx, nil, "application/x-ndjson", bytes.NewReader(batch))
	if err != nil {
		return err
	}
	switch {
	case got.StatusCode() == http.StatusTooManyRequests, got.StatusCode() == http.StatusServiceUnavailable:
		return fmt.Errorf("the server is busy: %s", bytes.TrimSpace(got.Body))
	case got.JSON200 == nil:
		return retry.Permanent(fmt.Errorf("the server answered %s: %s", got.Status(), bytes.TrimSpace(got.Body)))
	}
	answer := got.JSON200
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sum.Accepted += int(answer.Accepted)
	p.sum.Counted += int(answer.Counted)
	p.sum.Duplicate += int(answer.Duplicate)
	p.sum.Rejected += len(answer.Rejected)
	if len(answer.Rejected) > 0 {
		fmt.Fprintf(os.Stderr, "downpour: %d lines rejected, the first: %+v\n", len(answer.Rejected), answer.Rejected[0])
	}
	return nil
}
