package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

// importIdle is the time without lines after which an import without a final one is
// complete.
const importIdle = 30 * time.Second

// ImportsConfig is the configuration of Imports.
type ImportsConfig struct {
	Engine engine.Config
	Past   Source // the archive
	// Archived returns once all accepted reports are in the archive.
	Archived   func(ctx context.Context) error
	Repository ImportRepository
	Pending    Shared
	// Ongoing reports whether the live detector holds an incident open. Its record is that
	// of the live detector. Nil where there is none.
	Ongoing func(id string) bool
	// Leads reports whether this server runs the imports; nil where there is only one.
	// Every server may call Heard.
	Leads  func() bool
	Now    func() time.Time
	Logger *slog.Logger
}

// ImportRepository stores whole incidents. It may block while the outbox is written.
type ImportRepository interface {
	// Rewrite replaces what is recorded of the incidents of the decisions, which are in
	// order of time. It is idempotent.
	Rewrite(ctx context.Context, decisions []outage.Decision) error
}

// Shared is a state that several servers change. It may block for a round trip.
type Shared interface {
	// Load returns nil where there is none.
	Load(ctx context.Context) ([]byte, error)
	// Swap replaces the state, and returns false where it is not before.
	Swap(ctx context.Context, before, after []byte) (bool, error)
}

// Imports runs the detector over the past spans of imports, each on an engine of its own.
// Incidents are recorded as if they had been found at the time, each whole: the same
// import twice records the same. One that lasts at the end of an import is resolved there,
// with an unknown end. The live detector is not affected.
type Imports struct {
	config ImportsConfig
	wake   chan struct{}
}

// pendingImport is the span of the imports that was not processed yet.
type pendingImport struct {
	Span  outage.Span // empty: none
	Heard time.Time   // when its latest line arrived
	Final bool        // the importer has no more lines
}

func (p pendingImport) empty() bool { return p.Span.From >= p.Span.To }

// NewImports makes Imports. Run processes them.
func NewImports(config ImportsConfig) *Imports {
	return &Imports{config: config, wake: make(chan struct{}, 1)}
}

// Heard adds the minutes that imported lines span to the pending import, and with final
// marks it as complete. An empty span with final ends an import. When it returns without
// an error, a crash does not lose the span.
func (i *Imports) Heard(ctx context.Context, span outage.Span, final bool) error {
	for {
		before, p, err := i.load(ctx)
		if err != nil {
			return err
		}
		if span.From < span.To {
			if p.empty() {
				p = pendingImport{Span: span}
			}
			p.Span = outage.Span{From: min(p.Span.From, span.From), To: max(p.Span.To, span.To)}
		}
		if p.empty() {
			return nil
		}
		p.Heard, p.Final = i.config.Now(), final
		if swapped, err := i.swap(ctx, before, p); err != nil {
			return err
		} else if swapped {
			break
		}
	}
	select {
	case i.wake <- struct{}{}:
	default:
	}
	return nil
}

// load returns the pending import, and the bytes that it was stored as.
func (i *Imports) load(ctx context.Context) (text []byte, p pendingImport, err error) {
	text, err = i.config.Pending.Load(ctx)
	if err != nil {
		return nil, p, fmt.Errorf("reading the span of an import: %w", err)
	}
	if text == nil {
		return nil, p, nil
	}
	if invalid := json.Unmarshal(text, &p); invalid != nil {
		return i.discard(ctx, text, invalid)
	}
	return text, p, nil
}

// discard removes a pending import that cannot be decoded, and loads again.
func (i *Imports) discard(ctx context.Context, text []byte, invalid error) ([]byte, pendingImport, error) {
	swapped, err := i.swap(ctx, text, pendingImport{})
	if err != nil {
		return nil, pendingImport{}, err
	}
	if swapped {
		i.config.Logger.Warn("span of an import unreadable; import it again to detect its incidents", "error", invalid)
	}
	return i.load(ctx)
}

func (i *Imports) swap(ctx context.Context, before []byte, p pendingImport) (bool, error) {
	after, err := json.Marshal(p)
	if err != nil {
		return false, fmt.Errorf("storing the span of an import: %w", err)
	}
	swapped, err := i.config.Pending.Swap(ctx, before, after)
	if err != nil {
		return false, fmt.Errorf("storing the span of an import: %w", err)
	}
	return swapped, nil
}

// Run processes pending imports until ctx ends, and retries what fails.
func (i *Imports) Run(ctx context.Context) error {
	const every = time.Second
	waits := retry.Waits{First: every, Most: 5 * every}.Schedule()
	var logged string
	for {
		wait, err := every, i.round(ctx)
		if err == nil {
			waits.Reset()
		} else if wait = waits.Next(); ctx.Err() == nil && err.Error() != logged {
			i.config.Logger.Warn("detecting the incidents of an import failed, retrying", "error", err)
		}
		logged = fmt.Sprint(err)
		select {
		case <-time.After(wait):
		case <-i.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// round processes the pending import, once it is complete.
func (i *Imports) round(ctx context.Context) error {
	if i.config.Leads != nil && !i.config.Leads() {
		return nil
	}
	before, p, err := i.load(ctx)
	if err != nil {
		return err
	}
	if complete := p.Final || i.config.Now().Sub(p.Heard) >= importIdle; p.empty() || !complete {
		return nil
	}
	if err := i.detect(ctx, p); err != nil {
		return err
	}
	_, err = i.swap(ctx, before, pendingImport{}) // fails if lines arrived in the meantime: then all is detected again
	return err
}

// detect runs an engine over the span, trained on the archive before it, and records the
// incidents within the span.
func (i *Imports) detect(ctx context.Context, p pendingImport) error {
	began := time.Now()
	if err := i.config.Archived(ctx); err != nil {
		return err
	}
	const warmup = outage.Minute(warmUp / time.Minute)
	span := outage.Span{From: p.Span.From - warmup, To: p.Span.To}
	var decisions []outage.Decision
	err := Replay(ctx, i.config.Engine, i.config.Past, span, warmup, func(minute outage.Minute, changes []outage.Incident) error {
		for _, change := range changes {
			decisions = append(decisions, outage.Decision{At: (minute + 1).Time(), Incident: change})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if decisions = ended(i.within(decisions, p.Span), p.Span.To); len(decisions) > 0 {
		if err := i.config.Repository.Rewrite(ctx, decisions); err != nil {
			return err
		}
	}
	i.config.Logger.Info("import processed", "from", p.Span.From.Time(), "to", p.Span.To.Time(), "changes", len(decisions),
		"seconds", time.Since(began).Seconds())
	return nil
}

// within keeps the decisions about incidents that changed in a span and are not those of
// the live detector. The others were recorded when their minutes were processed.
func (i *Imports) within(decisions []outage.Decision, span outage.Span) []outage.Decision {
	changed := map[string]bool{}
	for _, decision := range decisions {
		if decision.At.After(span.From.Time()) {
			changed[decision.Incident.ID] = true
		}
	}
	return slices.DeleteFunc(decisions, func(decision outage.Decision) bool {
		id := decision.Incident.ID
		return !changed[id] || i.config.Ongoing != nil && i.config.Ongoing(id)
	})
}

// ended adds an end to the incidents that last when the import is over.
func ended(decisions []outage.Decision, to outage.Minute) []outage.Decision {
	last := map[string]int{}
	for at, decision := range decisions {
		last[decision.Incident.ID] = at
	}
	for at, decision := range decisions {
		in := decision.Incident
		if last[in.ID] != at || in.State == outage.StateResolved || in.State == outage.StatePending {
			continue
		}
		in.State, in.ClosedAt, in.EndUnknown = outage.StateResolved, to.Time(), true
		decisions = append(decisions, outage.Decision{At: in.ClosedAt, Incident: in})
	}
	return decisions
}
