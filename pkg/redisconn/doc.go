// Package redisconn connects to Redis.
//
// It owns the client that all stages share: for a single server, for a cluster
// of which one address or several are given, or for the embedded Redis. It
// promises that a cluster is recognised by what the server answers, that a new
// layout of a cluster is known within two seconds even while a server hangs, that
// a server which cannot be used as it is configured is reported in one line, that
// a failed write is known to have had no effect or not, and that no error holds a
// password. It can
// wait for replicas before a write is reported as done, and can make every
// server rewrite what it persists. It does not know what is stored.
package redisconn
