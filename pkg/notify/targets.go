package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// targets is who receives events, as last read from the store.
type targets struct {
	version  string // of the webhooks
	webhooks map[string]*Webhook
	visited  string // version of the visitors
	visitors map[string]*Visitor
	at       time.Time // when the version of the visitors was last read
}

// readTargets starts, changes and ends receivers as webhooks and subscriptions were changed,
// by any server.
func (l *leader) readTargets(ctx context.Context) error {
	changed, err := l.targets.read(ctx, l.config.Store)
	if err != nil || !changed {
		return err
	}
	wanted := map[string]target{}
	for id, webhook := range l.targets.webhooks {
		wanted[id] = webhook
	}
	for id, visitor := range l.targets.visitors {
		wanted[id] = visitor
	}
	if l.config.Hub != "" {
		wanted[hubName] = hub{l.config.Hub}
	}
	err = l.follow(ctx, wanted)
	if err != nil {
		l.targets = targets{} // read again
	}
	return err
}

// read reads what was changed since it was last read.
func (t *targets) read(ctx context.Context, store Store) (changed bool, err error) {
	version, err := store.Get(ctx, entryVersions, entryWebhooks)
	if err != nil {
		return false, err
	}
	if t.webhooks == nil || string(version) != t.version {
		if t.webhooks, err = readAll[Webhook](ctx, store, entryWebhooks); err != nil {
			return false, err
		}
		t.version, changed = string(version), true
	}
	if t.visitors != nil && time.Since(t.at) < checkEvery {
		return changed, nil
	}
	version, err = store.Get(ctx, entryVersions, entryVisitors)
	if err != nil {
		return false, err
	}
	t.at = time.Now()
	if t.visitors == nil || string(version) != t.visited {
		if t.visitors, err = readAll[Visitor](ctx, store, entryVisitors); err != nil {
			return false, err
		}
		t.visited, changed = string(version), true
	}
	return changed, nil
}

// follow makes the receivers those of the wanted targets.
func (l *leader) follow(ctx context.Context, wanted map[string]target) error {
	if err := l.endReceivers(ctx, wanted); err != nil {
		return err
	}
	var added []target
	for name, to := range wanted {
		if of := l.receivers[name]; of != nil {
			of.change(to, l.number)
		} else {
			added = append(added, to)
		}
	}
	return l.startReceivers(ctx, added)
}

// endReceivers ends those whose target is no more, and deletes their progress.
func (l *leader) endReceivers(ctx context.Context, wanted map[string]target) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	l.mutex.Lock()
	var deletions []Entry
	for name, of := range l.receivers {
		if wanted[name] == nil {
			of.end()
			delete(l.receivers, name)
			deletions = append(deletions, Entry{Kind: entryProgress, Name: name})
		}
	}
	l.mutex.Unlock()
	if len(deletions) == 0 {
		return nil
	}
	return l.config.Store.Write(ctx, deletions)
}

// startReceivers starts receivers with the events that wait for them.
func (l *leader) startReceivers(ctx context.Context, added []target) error {
	if len(added) == 0 {
		return nil
	}
	stored, err := l.config.Store.All(ctx, entryProgress)
	if err != nil {
		return err
	}
	numbers := l.numbers()
	for _, to := range added {
		var before progress
		if text := stored[to.name()]; text != nil {
			if err := json.Unmarshal(text, &before); err != nil {
				return fmt.Errorf("decoding the progress of %s: %w", to.name(), err)
			}
		}
		l.startReceiver(to, before, numbers)
	}
	return nil
}

// startReceiver starts one; numbers are those of the events, ascending.
func (l *leader) startReceiver(to target, before progress, numbers []uint64) {
	of := newReceiver(l, to, before)
	for _, number := range numbers {
		if event := l.events[number]; !before.settled(number) && to.selects(&event) {
			of.add(&event)
		}
	}
	l.mutex.Lock()
	l.receivers[to.name()] = of
	l.mutex.Unlock()
	l.working.Go(of.run)
}
