// Package replay plays a past outage at a server, through its public API: as of
// its own day, or moved so that it begins now.
//
// A batch that fails is sent again with the same ids, so that no report counts
// twice. It keeps nothing.
package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/open-downpour/downpour/pkg/client"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
	"github.com/open-downpour/downpour/pkg/scenario"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// Run plays the script at the server. It reports rejected lines to warn, one call
// for each batch.
func Run(ctx context.Context, config Config, played world.World, warn func(string)) (Result, error) {
	script, err := scenario.Load(config.Name)
	if err != nil {
		return Result{}, err
	}
	server, err := client.Dial(config.To, config.APIKey, &http.Client{Timeout: time.Minute})
	if err != nil {
		return Result{}, fmt.Errorf("--to: %w", err)
	}
	player := &player{server: server, warn: warn}
	options := scenario.Options{Services: played.Services, Places: played.Cities}
	pace := func(outage.Minute) (time.Time, error) { return time.Time{}, nil }
	if config.At == "now" {
		began := outage.MinuteOf(time.Now())
		options.Shift = time.Duration(began-script.Began) * time.Minute
		pace = (&pacer{began: began, start: time.Now(), speed: config.speed(), ctx: ctx}).wait
	}
	if err := player.play(ctx, script, options, pace); err != nil {
		return Result{}, fmt.Errorf("replaying %s: %w", config.Name, err)
	}
	return player.sum, nil
}

// pacer holds the minutes of an outage that begins now back until they are due.
type pacer struct {
	ctx   context.Context
	began outage.Minute // from here on the script plays at its speed
	start time.Time
	speed float64
}

// wait returns once a minute is due, with the time at which its reports are
// reported to have happened: now, since a report cannot come from the future. Zero
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

// Result is what the server answered, in sum.
type Result struct {
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
	warn    func(string)
	lines   int
	body    bytes.Buffer
	sending *errgroup.Group
	mutex   sync.Mutex // guards sum
	sum     Result
}

func (p *player) play(ctx context.Context, script *scenario.Script, options scenario.Options, pace func(outage.Minute) (time.Time, error)) error {
	began := time.Now()
	p.sending, ctx = errgroup.WithContext(ctx)
	p.sending.SetLimit(batchesAtOnce)
	encoder := json.NewEncoder(&p.body)
	minute, reported := outage.Minute(0), time.Time{}
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
			reported = paced
		}
		for _, line := range scenario.Reports(row) {
			if !reported.IsZero() {
				line.ReportedAt = reported.UTC().Truncate(time.Second)
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
	if err := p.sendUntilTaken(context.WithoutCancel(ctx), []byte("{\"final\":true}\n"), 0); err != nil {
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
	p.sending.Go(func() error { return p.sendUntilTaken(ctx, body, lines) })
}

// sendWaits are those between tries to send a batch, half a minute in all.
var sendWaits = retry.Waits{First: 250 * time.Millisecond, Most: 3 * time.Second, Tries: 20}

// sendUntilTaken sends a batch. Where the server is busy or away it waits and sends the
// same again: lines that are there already count nothing.
func (p *player) sendUntilTaken(ctx context.Context, body []byte, lines int) error {
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
		p.warn(fmt.Sprintf("%d lines rejected, the first: %+v", len(answer.Rejected), answer.Rejected[0]))
	}
	return nil
}
