// Package boltfile opens files of key and value pairs (bbolt) that may be damaged.
//
// It guarantees that a damaged file is an error and never a memory fault or a panic: a
// file is read whole before it is used, so it is for files of some megabytes. It does
// not repair or replace files.
package boltfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// ErrDamaged means that a file is no sound one.
var ErrDamaged = errors.New("damaged")

// Open opens a file, which only its owner can read, or creates it, and reads every page
// of it once. The library maps the file into memory and does not validate its pages.
// prepare creates the buckets and checks their values; its error is one of damage.
func Open(path string, prepare func(*bbolt.Tx) error) (file *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			file, err = nil, fmt.Errorf("%w: %v", ErrDamaged, fault)
		}
	}()
	if err := checkSize(path); err != nil {
		return nil, err
	}
	file, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		for _, known := range []error{berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch} {
			if errors.Is(err, known) {
				err = fmt.Errorf("%w: %w", ErrDamaged, err)
			}
		}
		return nil, err
	}
	err = file.Update(func(tx *bbolt.Tx) error {
		if err := prepare(tx); err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		return tx.ForEach(func(_ []byte, bucket *bbolt.Bucket) error {
			return bucket.ForEach(func(_, _ []byte) error { return nil })
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
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if binary.NativeEndian.Uint32(page[metaAt:]) != metaMagic {
			continue // the other page may be valid
		}
		if size := int64(binary.NativeEndian.Uint32(page[pageSizeAt:])); size > 0 && size <= largestPage {
			pageSize = size
		}
		if pages := binary.NativeEndian.Uint64(page[pagesAt:]); pages > uint64(info.Size()/pageSize) {
			return fmt.Errorf("%w: it has %d bytes, for %d pages of %d", ErrDamaged, info.Size(), pages, pageSize)
		}
	}
	return nil
}
