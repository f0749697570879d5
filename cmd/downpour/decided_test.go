package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/wholefile"
)

// decisionsVariable makes this test program a server whose incidents are decided by a list
// instead of by the detector. Its value is a decisions as JSON.
const decisionsVariable = "DOWNPOUR_TEST_DECISIONS"

func init() {
	if text := os.Getenv(decisionsVariable); text != "" {
		if err := serveDecisions(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// decisions are the lives of incidents of WhatsApp, two at a time, with four decisions each.
type decisions struct {
	Listen, Data string
	Incidents    int
	Begin        time.Time     // of the first one
	Pause        time.Duration // at most, before each decision
	OpenOnly     bool          // they only open, and their OpenedAt is the present
	// Settings of the server beside those that are usual in tests.
	PublicURL, SMTP, SMTPFrom string
	PushServices              []string
}

// perPair is how many decisions two incidents take.
const perPair = 8

// decide is the decision with a number: the same one whenever it is asked for, as a detector
// repeats a minute after a crash.
func (d decisions) decide(n int) outage.Incident {
	pair, turn := n/perPair, n%perPair
	of, step := 2*pair+turn%2, turn/2
	if d.OpenOnly {
		of, step = n, 0
	}
	opened := d.Begin.Add(time.Duration(of) * time.Minute)
	in := outage.Incident{
		ID: "whatsapp-gb-" + opened.UTC().Format("20060102T1504Z"), Service: "whatsapp", Country: countrytest.GB, State: outage.StateOpen,
		OpenedAt: opened, Since: outage.MinuteOf(opened) - 5, Footprint: outage.Footprint{Scope: outage.ScopeCountry},
		Observed: 40, Expected: 2, Threshold: 10, Ratio: 20, Peak: 20, Severity: outage.SeverityMinor, Confirmed: true, Verdict: outage.LikelyCause,
	}
	if d.OpenOnly {
		in.OpenedAt = time.Now().UTC()
	}
	if step >= 1 {
		in.Severity = outage.SeverityMajor
	}
	in.State = []outage.State{outage.StateOpen, outage.StateOpen, outage.StateRecovering, outage.StateResolved}[step]
	if in.State == outage.StateResolved {
		in.ClosedAt = opened.Add(30 * time.Minute)
	}
	return in
}

func (d decisions) count() int {
	if d.OpenOnly {
		return d.Incidents
	}
	return d.Incidents * perPair / 2
}

// newDecider is a server, not yet started, whose incidents follow a list.
func newDecider(t testing.TB, d decisions) *process {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	made := newProcess(t, "of decisions")
	made.environment = append(made.environment, processVariable+"=", decisionsVariable+"="+string(text))
	return made
}

// serveDecisions is the whole server with its engines inside, and a list of decisions beside
// its detector, to which nobody reports.
func serveDecisions(text string) error {
	var list decisions
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	settings := serveCommand{
		Listen: list.Listen, Redis: []string{"embedded"}, Clickhouse: "embedded", Data: list.Data,
		Roles: []role{roleIntake, roleDetect, roleArchive, roleWeb}, ReportsPerMin: 300, Streams: 100, WebhookPrivate: true,
		PublicURL: list.PublicURL, SMTP: list.SMTP, SMTPFrom: list.SMTPFrom, PushServices: list.PushServices,
	}
	ctx := context.Background()
	app, err := newApp(ctx, countrytest.Packs, settings, logger)
	if err != nil {
		return err
	}
	app.add(component{name: "decisions", run: func(ctx context.Context) error { return app.followDecisions(ctx, list) }})
	return app.run(ctx)
}

// followDecisions carries decisions out, and remembers how many after each, like a detector
// that stores its state after what it decided.
func (a *app) followDecisions(ctx context.Context, list decisions) error {
	if err := a.repository.Open(ctx); err != nil {
		return err
	}
	to := publishing{a.repository, func(_ context.Context, in outage.Incident) (outage.Incident, error) { return in, nil }, a.wakeNotify}
	state := filepath.Join(list.Data, "decisions.state")
	done := 0
	if text, err := os.ReadFile(state); err == nil {
		if done, err = strconv.Atoi(string(text)); err != nil {
			return err
		}
	}
	for ; done < list.count(); done++ {
		select {
		case <-time.After(rand.N(list.Pause)):
		case <-ctx.Done():
			return nil
		}
		at := list.Begin.Add(time.Duration(done) * time.Second)
		if err := to.Append(ctx, at, []outage.Incident{list.decide(done)}); err != nil {
			return err
		}
		if err := wholefile.Replace(state, func(w io.Writer) error { _, err := fmt.Fprint(w, done+1); return err }); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}
