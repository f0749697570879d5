package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	clickhouse "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	block "github.com/ClickHouse/clickhouse-go/v2/lib/proto"
	"github.com/gofrs/flock"
)

const (
	defaultDatabase = "default"
	// closeGrace is how long Close waits for running statements.
	closeGrace = 15 * time.Second
)

// ClickHouse is a running engine over one data directory. A process has at most one.
type ClickHouse struct {
	options  Options
	library  *library
	lock     *flock.Flock
	idle     chan *session
	sessions []*session
	closing  chan struct{}
	closed   sync.Once
}

// Open loads the library if necessary, locks the data directory and starts the engine, in
// well under a second. Its errors are one line each: ErrNoLibrary where the library is
// missing, ErrLocked where another process has locked the directory, or a system error.
func Open(ctx context.Context, options Options) (*ClickHouse, error) {
	if err := options.complete(); err != nil {
		return nil, err
	}
	library, err := options.load()
	if err != nil {
		return nil, err
	}
	if err := library.claim(options.Path); err != nil {
		return nil, err
	}
	lock, err := lockDirectory(options.Path)
	if err != nil {
		library.disclaim()
		return nil, fmt.Errorf("opening the archive in %s: %w", options.Path, err)
	}
	c := &ClickHouse{
		options: options,
		library: library,
		lock:    lock,
		idle:    make(chan *session, options.Connections),
		closing: make(chan struct{}),
	}
	started := time.Now()
	for range options.Connections {
		session, err := library.session(options.arguments()...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("opening the archive in %s: %w", options.Path, err), c.Close())
		}
		c.sessions = append(c.sessions, session)
		c.idle <- session
	}
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the archive in %s: %w", options.Path, err), c.Close())
	}
	options.Logger.Info("archive opened", "path", options.Path, "release", c.Release(), "connections", options.Connections, "seconds", time.Since(started).Seconds())
	return c, nil
}

// Release is the release of the library, such as "26.7.3".
func (c *ClickHouse) Release() string { return c.library.release }

// Close waits for running statements, for at most closeGrace, and stops the engine. The
// engine must not be stopped during a statement: after that time Close returns an error, and
// the engine and the lock stay until the process ends.
func (c *ClickHouse) Close() (err error) {
	c.closed.Do(func() { err = c.close() })
	return err
}

func (c *ClickHouse) close() error {
	close(c.closing)
	grace := time.NewTimer(closeGrace)
	defer grace.Stop()
	for range c.sessions {
		select {
		case <-c.idle:
		case <-grace.C:
			return fmt.Errorf("closing the archive in %s: a statement still runs after %s", c.options.Path, closeGrace)
		}
	}
	for _, session := range c.sessions {
		session.close()
	}
	c.library.disclaim()
	return c.lock.Close()
}

// do runs a statement. The returned answer must be closed. It returns when ctx ends, even
// while the engine still works; the session returns to the pool when the engine is done.
func (c *ClickHouse) do(ctx context.Context, st *statement) (*answer, error) {
	session, err := c.take(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan chunk)
	session.jobs <- func() {
		defer func() { c.idle <- session }()
		defer close(out)
		session.execute(ctx, st, out)
	}
	select {
	case first := <-out:
		if first.err != nil {
			cancel()
			return nil, first.err
		}
		return &answer{ctx: ctx, cancel: cancel, rest: first.data, out: out, whole: !st.streamable() || len(first.data) == 0}, nil
	case <-ctx.Done():
		cancel()
		return nil, ctx.Err()
	}
}

// take waits for an idle session.
func (c *ClickHouse) take(ctx context.Context) (*session, error) {
	select {
	case <-c.closing:
		return nil, refuse(codeClosed, "the archive is closed")
	default:
	}
	select {
	case session := <-c.idle:
		return session, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.closing:
		return nil, refuse(codeClosed, "the archive is closed")
	}
}

// hello is the first query of clickhouse-go on every HTTP connection.
const hello = "SELECT displayName(), version(), revision(), timezone()"

// greet responds to hello so that all later blocks are plain Native, which the engine
// writes: the greeting itself is encoded at the revision that the client starts from, and
// contains the revision 0.
func (c *ClickHouse) greet(ctx context.Context) ([]byte, error) {
	answer, err := c.do(ctx, &statement{text: "SELECT version()", format: "TSVRaw"})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	version, err := io.ReadAll(io.LimitReader(answer, 64))
	if err != nil {
		return nil, err
	}
	greeting := block.NewBlock()
	for _, of := range []struct {
		name  string
		kind  column.Type
		value any
	}{
		{"displayName()", "String", "embedded"},
		{"version()", "String", string(version[:max(0, len(version)-1)])},
		{"revision()", "UInt32", uint32(0)},
		{"timezone()", "String", "UTC"},
	} {
		if err := greeting.AddColumn(of.name, of.kind); err != nil {
			return nil, err
		}
		if err := greeting.Columns[len(greeting.Columns)-1].AppendRow(of.value); err != nil {
			return nil, err
		}
	}
	var encoded proto.Buffer
	err = greeting.Encode(&encoded, clickhouse.ClientTCPProtocolVersion)
	return encoded.Buf, err
}

// Transport is the engine as a transport of clickhouse-go: set it as Options.TransportFunc,
// with Protocol HTTP and any address.
func (c *ClickHouse) Transport() http.RoundTripper { return transport{c} }

// Handler is the same protocol for a listener: queries in the URL or the body, settings and
// parameters in the URL, /ping. It has no access control; Guarded has.
func (c *ClickHouse) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) { c.serve(w, request, nil) })
}
