// Package embedded puts the two engines that Downpour stands on into its own
// process, so that one command is a whole installation: ClickHouse through
// libchdb, which is loaded when it is first needed, and a Redis that keeps
// nothing on disk.
//
// It owns the shared library's handle, the data directory of the archive (one
// process at a time, by a lock file) and the life of both engines. It promises
// that callers cannot tell the embedded engines from servers: ClickHouse is
// reached through clickhouse-go's HTTP mode, by an in-process transport or a
// handler behind a listener, and Redis by an address and a password. One
// conformance suite runs over the transport, the handler and a real server.
//
// It refuses to guess: a missing library, a data directory that cannot be
// written or that another process holds, and an engine too old to trust are
// each one clear error. It does no access control of its own on ClickHouse;
// whoever puts the handler behind a listener chooses who can reach it. It
// keeps no state of a session between requests: SET and USE are refused,
// settings and the database come with each request.
package embedded
