package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/retry"
)

// importIdle is how long an import without a last line is waited for.
const importIdle = 30 * time.Second

// ImportsConfig is what Imports are made of.
type ImportsConfig struct {
	Engine engine.Config
	Past   Source // the archive
	// Archived returns once everything that was taken is in the archive.
	Archived   func(ctx context.Context) error
	Repository Repository
	Pending    Shared
	// Leads says whether this server judges; nil where there is but one. Every
	// server hears.
	Leads  func() bool
	Now    func() time.Time
	Logger *slog.Logger
}

// Shared is a state that several servers change. It may block for a round trip.
type Shared interface {
	// Load gives nil where there is none.
	Load(ctx context.Context) ([]byte, error)
	// Swap replaces the state, and is false where it is not what it was before.
	Swap(ctx context.Context, before, after []byte) (bool, error)
}

// Imports runs the detector over stretches of the past that importers brought
// in, each on a timeline of its own. What it finds is noted as if it had been
// found at the time; the live detector knows nothing of it.
type Imports struct {
	ImportsConfig
	wake chan struct{}
}

// pendingImport is the stretch that was brought in and not judged yet.
type pendingImport struct {
	Span  outage.Span // empty: none
	Heard time.Time   // when its latest line came
	Final bool        // the importer said that it was the last
}

func (p pendingImport) empty() bool { return p.Span.From >= p.Span.To }

// NewImports makes Imports, which work while their Run does.
func NewImports(config ImportsConfig) *Imports {
	return &Imports{ImportsConfig: config, wake: make(chan struct{}, 1)}
}

// Heard tells of lines of the past, by the minutes they span, and whether the
// importer has no more. An empty span with final ends an import. When it
// returns without an error, a crash cannot make the stretch forgotten.
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
		p.Heard, p.Final = i.Now(), final
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

// load is the stretch that waits, and the bytes it was kept as.
func (i *Imports) load(ctx context.Context) (text []byte, p pendingImport, err error) {
	text, err = i.Pending.Load(ctx)
	if err != nil {
		return nil, p, fmt.Errorf("reading the span of an import: %w", err)
	}
	if text == nil {
		return nil, p, nil
	}
	if wrong := json.Unmarshal(text, &p); wrong != nil {
		return i.discard(ctx, text, wrong)
	}
	return text, p, nil
}

// discard forgets a stretch that cannot be read, and loads what is there then.
func (i *Imports) discard(ctx context.Context, text []byte, wrong error) ([]byte, pendingImport, error) {
	swapped, err := i.swap(ctx, text, pendingImport{})
	if err != nil {
		return nil, pendingImport{}, err
	}
	if swapped {
		i.Logger.Warn("span of an import unreadable; import it again to have it judged", "error", wrong)
	}
	return i.load(ctx)
}

func (i *Imports) swap(ctx context.Context, before []byte, p pendingImport) (bool, error) {
	after, err := json.Marshal(p)
	if err != nil {
		return false, fmt.Errorf("storing the span of an import: %w", err)
	}
	swapped, err := i.Pending.Swap(ctx, before, after)
	if err != nil {
		return false, fmt.Errorf("storing the span of an import: %w", err)
	}
	return swapped, nil
}

// Run judges stretches until ctx ends. One that fails is tried again.
func (i *Imports) Run(ctx context.Context) error {
	const every = time.Second
	waits := retry.Waits{First: every, Most: 5 * every}.Schedule()
	var logged string
	for {
		wait, err := every, i.round(ctx)
		if err == nil {
			waits.Reset()
		} else if wait = waits.Next(); ctx.Err() == nil && err.Error() != logged {
			i.Logger.Warn("judging an import failed, retrying", "error", err)
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

// round judges the stretch that waits, once it is whole.
func (i *Imports) round(ctx context.Context) error {
	if i.Leads != nil && !i.Leads() {
		return nil
	}
	before, p, err := i.load(ctx)
	if err != nil {
		return err
	}
	if whole := p.Final || i.Now().Sub(p.Heard) >= importIdle; p.empty() || !whole {
		return nil
	}
	if err := i.judge(ctx, p); err != nil {
		return err
	}
	_, err = i.swap(ctx, before, pendingImport{}) // if more came meanwhile, it is judged again
	return err
}

// judge runs an engine over a stretch, warmed from what the archive holds
// before it, and notes what it finds within it.
func (i *Imports) judge(ctx context.Context, p pendingImport) error {
	began := time.Now()
	if err := i.Archived(ctx); err != nil {
		return err
	}
	const warmup = outage.Minute(warmUp / time.Minute)
	span := outage.Span{From: p.Span.From - warmup, To: p.Span.To}
	found := 0
	err := Replay(ctx, i.Engine, i.Past, span, warmup, func(minute outage.Minute, changes []outage.Incident) error {
		if minute < p.Span.From {
			return nil // found when those minutes were judged
		}
		found += len(changes)
		return i.Repository.Append(ctx, (minute + 1).Time(), changes)
	})
	if err != nil {
		return err
	}
	i.Logger.Info("import judged", "from", p.Span.From.Time(), "to", p.Span.To.Time(), "changes", found,
		"seconds", time.Since(began).Seconds())
	return nil
}
