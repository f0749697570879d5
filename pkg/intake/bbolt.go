package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

var answersBucket = []byte("answers")

// AnswerFile keeps answers in a file, for a server whose Redis forgets
// everything when it stops. A claim is on the disk when it returns.
type AnswerFile struct{ file *bbolt.DB }

// OpenAnswerFile opens the file, which only its owner can read, or makes it.
func OpenAnswerFile(path string) (*AnswerFile, error) {
	file, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err == nil {
		err = file.Update(func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucketIfNotExists(answersBucket)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("opening the answers in %s: %w", path, err)
	}
	return &AnswerFile{file: file}, nil
}

// Close closes the file.
func (a *AnswerFile) Close() error { return a.file.Close() }

// Claim stores a value unless there is one, and gives the one that stands.
func (a *AnswerFile) Claim(_ context.Context, name string, value []byte) (standing []byte, err error) {
	err = a.file.Batch(func(tx *bbolt.Tx) error {
		answers := tx.Bucket(answersBucket)
		if kept := answers.Get([]byte(name)); kept != nil {
			standing = bytes.Clone(kept[8:])
			return nil
		}
		standing = value
		return answers.Put([]byte(name), dated(value))
	})
	return standing, err
}

// Complete replaces a value.
func (a *AnswerFile) Complete(_ context.Context, name string, value []byte) error {
	return a.file.Batch(func(tx *bbolt.Tx) error {
		return tx.Bucket(answersBucket).Put([]byte(name), dated(value))
	})
}

// dated puts the second at which a value may be forgotten before it.
func dated(value []byte) []byte {
	until := binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(answersFor).Unix()))
	return append(until, value...)
}

const forgetEvery = time.Hour

// Run forgets answers that are over, until ctx ends.
func (a *AnswerFile) Run(ctx context.Context) error {
	ticks := time.NewTicker(forgetEvery)
	defer ticks.Stop()
	for {
		if err := a.forget(time.Now()); err != nil {
			return fmt.Errorf("forgetting old answers: %w", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *AnswerFile) forget(now time.Time) error {
	return a.file.Update(func(tx *bbolt.Tx) error {
		var over [][]byte
		answers := tx.Bucket(answersBucket)
		err := answers.ForEach(func(name, value []byte) error {
			if binary.BigEndian.Uint64(value) < uint64(now.Unix()) {
				over = append(over, bytes.Clone(name))
			}
			return nil
		})
		for _, name := range over {
			err = errors.Join(err, answers.Delete(name))
		}
		return err
	})
}
