package timeline

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"downpour/pkg/outage"
)

// importQuiet is how long an import without a last line is waited for.
const importQuiet = 30 * time.Second

// ImportsConfig is what Imports are made of.
type ImportsConfig struct {
	Timeline Config
	Past     Source // the archive
	// Archived returns once everything that was taken is in the archive.
	Archived func(ctx context.Context) error
	Book     Book
	States   States
	Now      func() time.Time
	Logger   *slog.Logger
}

// Imports runs the detector over stretches of the past that importers brought
// in, each on a timeline of its own. What it finds is noted as if it had been
// found at the time; the live detector knows nothing of it.
type Imports struct {
	ImportsConfig

	mutex   sync.Mutex
	pending pendingImport
	wake    chan struct{}
}

// pendingImport is the stretch that was brought in and not judged yet.
type pendingImport struct {
	Span  outage.Span // empty: none
	Heard time.Time   // when its latest line came
	Final bool        // the importer said that it was the last
}

// NewImports makes Imports, which work while their Run does.
func NewImports(config ImportsConfig) *Imports {
	return &Imports{ImportsConfig: config, wake: make(chan struct{}, 1)}
}

// Heard tells of lines of the past, by the minutes they span, and whether the
// importer has no more. An empty span with final ends an import. When it
// returns without an error, a crash cannot make the stretch forgotten.
func (i *Imports) Heard(ctx context.Context, span outage.Span, final bool) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	p := i.pending
	if span.From < span.To {
		if p.Span.From >= p.Span.To {
			p = pendingImport{Span: span}
		}
		p.Span = outage.Span{From: min(p.Span.From, span.From), To: max(p.Span.To, span.To)}
	}
	if p.Span.From >= p.Span.To {
		return nil
	}
	p.Heard, p.Final = i.Now(), final
	if err := i.store(ctx, p); err != nil {
		return err
	}
	select {
	case i.wake <- struct{}{}:
	default:
	}
	return nil
}

func (i *Imports) store(ctx context.Context, p pendingImport) error {
	text, err := json.Marshal(p)
	if err == nil {
		err = i.States.Store(ctx, text)
	}
	if err != nil {
		return fmt.Errorf("noting the stretch of an import: %w", err)
	}
	i.pending = p
	return nil
}

// Run judges stretches until ctx ends. One that fails is tried again.
func (i *Imports) Run(ctx context.Context) error {
	if err := i.load(ctx); err != nil {
		return err
	}
	const every = time.Second
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		if due, ok := i.due(); ok {
			if err := i.judge(ctx, due); err != nil && ctx.Err() == nil {
				i.Logger.Warn("import is not judged yet", "error", err)
			}
		}
		select {
		case <-ticks.C:
		case <-i.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (i *Imports) load(ctx context.Context) error {
	text, err := i.States.Load(ctx)
	if err != nil || len(text) == 0 {
		return err
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if err := json.Unmarshal(text, &i.pending); err != nil {
		return fmt.Errorf("reading the stretch of an import: %w", err)
	}
	return nil
}

func (i *Imports) due() (pendingImport, bool) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	p := i.pending
	waited := p.Final || i.Now().Sub(p.Heard) >= importQuiet
	return p, p.Span.From < p.Span.To && waited
}

// judge runs a timeline over a stretch, warmed from what the archive holds
// before it, and notes what it finds within it.
func (i *Imports) judge(ctx context.Context, p pendingImport) error {
	began := time.Now()
	if err := i.Archived(ctx); err != nil {
		return err
	}
	const warmup = outage.Minute(warmUp / time.Minute)
	span := outage.Span{From: p.Span.From - warmup, To: p.Span.To}
	found := 0
	err := Replay(ctx, i.Timeline, i.Past, span, warmup, func(minute outage.Minute, changes []outage.Incident) error {
		if minute < p.Span.From {
			return nil // found when those minutes were judged
		}
		found += len(changes)
		return i.Book.Note(ctx, (minute + 1).Time(), changes)
	})
	if err != nil {
		return err
	}
	i.Logger.Info("import judged", "from", p.Span.From.Time(), "to", p.Span.To.Time(), "changes", found,
		"seconds", time.Since(began).Seconds())
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.pending != p {
		return nil // more came meanwhile: judge again
	}
	return i.store(ctx, pendingImport{})
}
