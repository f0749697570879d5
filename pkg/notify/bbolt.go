package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.etcd.io/bbolt"

	"github.com/open-downpour/downpour/pkg/boltfile"
)

// FileStore stores entries in a file, for a server whose Redis is not persistent.
type FileStore struct{ file *bbolt.DB }

// OpenFileStore opens the file, which only its owner can read, or creates it. A damaged
// file is put aside, which is logged: without subscriptions the server still works.
func OpenFileStore(path string, logger *slog.Logger) (FileStore, error) {
	file, err := boltfile.Open(path, prepare)
	if errors.Is(err, boltfile.ErrDamaged) {
		aside := path + ".damaged"
		logger.Error("webhooks lost: putting their damaged file aside", "path", path, "aside", aside, "error", err)
		if err := os.Rename(path, aside); err != nil {
			return FileStore{}, fmt.Errorf("putting the webhooks in %s aside: %w", path, err)
		}
		file, err = boltfile.Open(path, prepare)
	}
	if err != nil {
		return FileStore{}, fmt.Errorf("opening the webhooks in %s: %w", path, err)
	}
	return FileStore{file}, nil
}

// prepare makes a bucket for each kind.
func prepare(tx *bbolt.Tx) error {
	for _, kind := range entryKinds {
		if _, err := tx.CreateBucketIfNotExists([]byte(kind)); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file.
func (f FileStore) Close() error { return f.file.Close() }

// Get is that of Store.
func (f FileStore) Get(_ context.Context, kind, name string) (value []byte, err error) {
	err = f.file.View(func(tx *bbolt.Tx) error {
		value = bytes.Clone(tx.Bucket([]byte(kind)).Get([]byte(name)))
		return nil
	})
	return value, err
}

// All is that of Store.
func (f FileStore) All(_ context.Context, kind string) (map[string][]byte, error) {
	found := map[string][]byte{}
	err := f.file.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(kind)).ForEach(func(name, value []byte) error {
			found[string(name)] = bytes.Clone(value)
			return nil
		})
	})
	return found, err
}

// Count is that of Store.
func (f FileStore) Count(_ context.Context, kind string) (n int, err error) {
	err = f.file.View(func(tx *bbolt.Tx) error {
		n = tx.Bucket([]byte(kind)).Stats().KeyN
		return nil
	})
	return n, err
}

// Claim is that of Store.
func (f FileStore) Claim(_ context.Context, entry Entry) (stored []byte, err error) {
	err = f.file.Update(func(tx *bbolt.Tx) error {
		bucket, name := tx.Bucket([]byte(entry.Kind)), []byte(entry.Name)
		if stored = bytes.Clone(bucket.Get(name)); stored != nil {
			return nil
		}
		stored = entry.Value
		return bucket.Put(name, entry.Value)
	})
	if err != nil {
		return nil, fmt.Errorf("writing notifications: %w", err)
	}
	return stored, nil
}

// Write is that of Store.
func (f FileStore) Write(_ context.Context, entries []Entry) error {
	err := f.file.Update(func(tx *bbolt.Tx) error {
		for _, e := range entries {
			bucket, name := tx.Bucket([]byte(e.Kind)), []byte(e.Name)
			change := func() error { return bucket.Put(name, e.Value) }
			if e.Value == nil {
				change = func() error { return bucket.Delete(name) }
			}
			if err := change(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing notifications: %w", err)
	}
	return nil
}
