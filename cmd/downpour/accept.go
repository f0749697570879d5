package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/open-downpour/downpour/pkg/retry"
)

// acceptWaits are the waits after a failed accept.
var acceptWaits = retry.Waits{First: 5 * time.Millisecond, Most: time.Second}

// transient are the errors of accept that pass: a lack of descriptors or memory, and
// clients that have closed their connection.
var transient = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO, syscall.EPERM,
}

func isTransient(err error) bool {
	return slices.ContainsFunc(transient, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
}

// retryingListener is a listener that retries after transient errors. Consecutive ones are
// one log line.
type retryingListener struct {
	net.Listener
	logger *slog.Logger
	open   context.Context // until Close
	close  func() error
}

func newRetryingListener(listener net.Listener, logger *slog.Logger) *retryingListener {
	open, end := context.WithCancel(context.Background())
	return &retryingListener{listener, logger, open, sync.OnceValue(func() error {
		end()
		return listener.Close()
	})}
}

func (l *retryingListener) Close() error { return l.close() }

// Accept returns an error only when the listener is closed or broken.
func (l *retryingListener) Accept() (connection net.Conn, err error) {
	accept := func() error {
		if connection, err = l.Listener.Accept(); err != nil && !isTransient(err) {
			return retry.Permanent(err)
		}
		return err
	}
	err = acceptWaits.Do(l.open, accept, retry.Once(func(err error) {
		l.logger.Warn("accepting a connection", "error", err)
	}))
	if errors.Is(err, context.Canceled) {
		return nil, net.ErrClosed
	}
	return connection, err
}

// Descriptors and memory that are reserved for everything but connections.
const (
	reservedFiles     = 128      // Redis, ClickHouse and its parts, files of the data directory
	bytesOfConnection = 64 << 10 // buffers and goroutine of a connection that is idle
	memoryPart        = 4        // connections take at most one in so many bytes of the heap
	fewestConnections = 32
)

// maxConnections is the limit of connections: by the limit of open files, which Go raises
// from soft to hard at start, and by the memory limit.
func maxConnections(memory int64) (int, error) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return 0, err
	}
	return connectionsWithin(int64(min(files.Cur, 1<<20)), memory), nil
}

func connectionsWithin(files, memory int64) int {
	byFiles := files - max(reservedFiles, files/4)
	return int(max(fewestConnections, min(byFiles, memory/memoryPart/bytesOfConnection)))
}
