package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

var answersBucket = []byte("answers")

// AnswerFile stores answers in a file, for a server whose Redis is not persistent. A claim
// is on the disk when it returns.
type AnswerFile struct{ file *bbolt.DB }

// OpenAnswerFile opens the file, which only its owner can read, or creates it. A damaged
// file is replaced, which is logged: answers are used for a day, and without one a repeated
// request is a new one.
func OpenAnswerFile(path string, logger *slog.Logger) (*AnswerFile, error) {
	file, err := openSound(path)
	if errors.Is(err, errDamaged) {
		logger.Error("answers to repeated requests lost: replacing their damaged file", "path", path, "error", err)
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("replacing the answers in %s: %w", path, err)
		}
		file, err = openSound(path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the answers in %s: %w", path, err)
	}
	return &AnswerFile{file: file}, nil
}

var errDamaged = errors.New("damaged")

// openSound opens a file and reads every page of it once. The library maps the file into
// memory and does not validate its pages, so that a damaged one would be a memory fault or
// a panic at any later time.
func openSound(path string) (file *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			file, err = nil, fmt.Errorf("%w: %v", errDamaged, fault)
		}
	}()
	if err := checkSize(path); err != nil {
		return nil, err
	}
	file, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		for _, known := range []error{berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch} {
			if errors.Is(err, known) {
				err = fmt.Errorf("%w: %w", errDamaged, err)
			}
		}
		return nil, err
	}
	err = file.Update(func(tx *bbolt.Tx) error {
		answers, err := tx.CreateBucketIfNotExists(answersBucket)
		if err != nil {
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
		return answers.ForEach(func(_, value []byte) error {
			if len(value) < 8 {
				return fmt.Errorf("%w: an answer without a date", errDamaged)
			}
			return nil
		})
	})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Layout of the two first pages of a file: a header, then magic, version, page
// size, and at the end the number of pages.
const (
	metaAt      = 16
	metaMagic   = 0xED0CDAED
	pageSizeAt  = metaAt + 8
	pagesAt     = metaAt + 40
	metaEnd     = metaAt + 64
	largestPage = 64 << 10
)

// checkSize rejects a file that is shorter than its first pages say.
func checkSize(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	pageSize := int64(os.Getpagesize())
	for _, at := range []int64{0, pageSize} {
		page := make([]byte, metaEnd)
		if _, err := file.ReadAt(page, at); err != nil {
			return fmt.Errorf("%w: %w", errDamaged, err)
		}
		if binary.NativeEndian.Uint32(page[metaAt:]) != metaMagic {
			continue // the other page may be valid
		}
		if size := int64(binary.NativeEndian.Uint32(page[pageSizeAt:])); size > 0 && size <= largestPage {
			pageSize = size
		}
		if pages := binary.NativeEndian.Uint64(page[pagesAt:]); pages > uint64(info.Size()/pageSize) {
			return fmt.Errorf("%w: it has %d bytes, for %d pages of %d", errDamaged, info.Size(), pages, pageSize)
		}
	}
	return nil
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
