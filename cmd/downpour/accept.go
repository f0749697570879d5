package main

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Pauses between tries to accept a connection while that fails.
const (
	acceptFirst  = 5 * time.Millisecond
	acceptLonger = time.Second
)

// passing are the errors of accept that go away: a lack of descriptors or
// memory, and clients that are gone already.
var passing = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED, syscall.EPROTO, syscall.EPERM,
}

func isPassing(err error) bool {
	return slices.ContainsFunc(passing, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
}

// patient is a listener that survives a lack of descriptors: it waits and tries
// again after errors that pass. A run of such errors is one log line.
type patient struct {
	net.Listener
	logger *slog.Logger
	closed chan struct{}
	close  func() error
}

func newPatient(listener net.Listener, logger *slog.Logger) *patient {
	closed := make(chan struct{})
	return &patient{listener, logger, closed, sync.OnceValue(func() error {
		close(closed)
		return listener.Close()
	})}
}

func (p *patient) Close() error { return p.close() }

// Accept returns an error only when the listener is closed or broken.
func (p *patient) Accept() (net.Conn, error) {
	for pause := acceptFirst; ; pause = min(2*pause, acceptLonger) {
		connection, err := p.Listener.Accept()
		if err == nil || !isPassing(err) {
			return connection, err
		}
		if pause == acceptFirst {
			p.logger.Warn("no connections can be accepted for now", "error", err)
		}
		jittered := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-jittered.C:
		case <-p.closed:
			jittered.Stop()
			return nil, net.ErrClosed
		}
	}
}

// Descriptors and memory that connections leave to everything else.
const (
	reservedFiles     = 128      // Redis, ClickHouse and its parts, files of the data directory
	bytesOfConnection = 64 << 10 // buffers and goroutine of a connection that is idle
	memoryPart        = 4        // connections take at most one in so many bytes of the heap
	fewestConnections = 32
)

// maxConnections is how many connections the server holds: by the limit of open
// files, which Go raises from soft to hard at start, and by the memory limit.
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
