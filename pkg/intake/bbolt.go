package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.etcd.io/bbolt"

	"github.com/open-downpour/downpour/pkg/boltfile"
)

var answersBucket = []byte("answers")

// AnswerFile stores answers in a file, for a server whose Redis is not persistent. A claim
// is on the disk when it returns.
type AnswerFile struct{ file *bbolt.DB }

// OpenAnswerFile opens the file, which only its owner can read, or creates it. A damaged
// file is replaced, which is logged: answers are used for a day, and without one a repeated
// request is a new one.
func OpenAnswerFile(path string, logger *slog.Logger) (*AnswerFile, error) {
	file, err := boltfile.Open(path, prepareAnswers)
	if errors.Is(err, boltfile.ErrDamaged) {
		logger.Error("answers to repeated requests lost: replacing their damaged file", "path", path, "error", err)
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("replacing the answers in %s: %w", path, err)
		}
		file, err = boltfile.Open(path, prepareAnswers)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the answers in %s: %w", path, err)
	}
	return &AnswerFile{file: file}, nil
}

// prepareAnswers creates the bucket, and checks the date of each answer.
func prepareAnswers(tx *bbolt.Tx) error {
	answers, err := tx.CreateBucketIfNotExists(answersBucket)
	if err != nil {
		return err
	}
	return answers.ForEach(func(_, value []byte) error {
		if len(value) < 8 {
			return errors.New("an answer without a date")
		}
		return nil
	})
}

// Close closes the file.
func (a *AnswerFile) Close() error { return a.file.Close() }

// Claim stores a value unless there is one, and returns the stored one.
func (a *AnswerFile) Claim(_ context.Context, name string, value []byte) (stored []byte, err error) {
	err = a.file.Batch(func(tx *bbolt.Tx) error {
		answers := tx.Bucket(answersBucket)
		if present := answers.Get([]byte(name)); present != nil {
			stored = bytes.Clone(present[8:])
			return nil
		}
		stored = value
		return answers.Put([]byte(name), dated(value))
	})
	return stored, err
}

// Complete replaces a value.
func (a *AnswerFile) Complete(_ context.Context, name string, value []byte) error {
	return a.file.Batch(func(tx *bbolt.Tx) error {
		return tx.Bucket(answersBucket).Put([]byte(name), dated(value))
	})
}

// dated prepends the second at which a value expires.
func dated(value []byte) []byte {
	until := binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(answersFor).Unix()))
	return append(until, value...)
}

const expireEvery = time.Hour

// Run deletes expired answers until ctx ends.
func (a *AnswerFile) Run(ctx context.Context) error {
	ticks := time.NewTicker(expireEvery)
	defer ticks.Stop()
	for {
		if err := a.expire(time.Now()); err != nil {
			return fmt.Errorf("deleting old answers: %w", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *AnswerFile) expire(now time.Time) error {
	return a.file.Update(func(tx *bbolt.Tx) error {
		var expired [][]byte
		answers := tx.Bucket(answersBucket)
		err := answers.ForEach(func(name, value []byte) error {
			if binary.BigEndian.Uint64(value) < uint64(now.Unix()) {
				expired = append(expired, bytes.Clone(name))
			}
			return nil
		})
		for _, name := range expired {
			err = errors.Join(err, answers.Delete(name))
		}
		return err
	})
}
