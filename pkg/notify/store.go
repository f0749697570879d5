package notify

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
)

// The kinds of entries of a store.
const (
	entryWebhooks  = "webhooks"  // Webhook by id
	entryEvents    = "events"    // Event by number
	entryIncidents = "incidents" // seen by incident
	entryProgress  = "progress"  // progress by webhook
	entryVersions  = "versions"  // what tells the other servers of a change, by kind
	entryVisitors  = "visitors"  // Visitor by id
	entryKeys      = "keys"      // of this site, by use
)

var entryKinds = []string{entryWebhooks, entryEvents, entryIncidents, entryProgress, entryVersions, entryVisitors, entryKeys}

// Entry is a value by kind and name. A nil value deletes it.
type Entry struct {
	Kind, Name string
	Value      []byte
}

// Store stores entries durably. It is safe for concurrent use.
type Store interface {
	// Get returns a value, or nil.
	Get(ctx context.Context, kind, name string) ([]byte, error)
	// All returns the values of a kind by name.
	All(ctx context.Context, kind string) (map[string][]byte, error)
	// Claim stores a value unless there is one under its name, and returns the stored one.
	Claim(ctx context.Context, entry Entry) (stored []byte, err error)
	// Count returns how many values a kind has.
	Count(ctx context.Context, kind string) (int, error)
	// Write writes all entries or none. A crash after it returns loses none of them.
	Write(ctx context.Context, entries []Entry) error
}

// newVersion tells the server that sends that entries of a kind changed.
func newVersion(kind string) Entry { return Entry{entryVersions, kind, []byte(rand.Text())} }

// entryOf is an entry with a value as JSON.
func entryOf(kind, name string, value any) (Entry, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return Entry{}, fmt.Errorf("encoding %s %s: %w", kind, name, err)
	}
	return Entry{kind, name, text}, nil
}

// readAll decodes the values of a kind. One that cannot be decoded is an error.
func readAll[T any](ctx context.Context, store Store, kind string) (map[string]*T, error) {
	values, err := store.All(ctx, kind)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*T, len(values))
	for name, text := range values {
		value := new(T)
		if err := json.Unmarshal(text, value); err != nil {
			return nil, fmt.Errorf("decoding %s %s: %w", kind, name, err)
		}
		found[name] = value
	}
	return found, nil
}
