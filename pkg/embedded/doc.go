// Package embedded runs ClickHouse and Redis in the process, so that one command is a
// complete installation: ClickHouse through libchdb, which is loaded on first use, and a
// Redis without persistence.
//
// It owns the handle of the shared library, the data directory of the archive (one process
// at a time, by a lock file) and the lifecycle of both engines. Clients use them like
// servers: ClickHouse through clickhouse-go's HTTP mode, by an in-process transport or a
// handler behind a listener, and Redis by an address and a password. One conformance suite
// runs over the transport, the handler and a real server.
//
// A missing library, a data directory that cannot be written or that another process has
// locked, and an engine that is too old are errors of one line. Handler has no access
// control, Guarded has. There is no session state between requests: SET and USE are
// rejected, settings and the database are given with each request.
package embedded
