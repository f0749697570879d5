// Package redisconn connects to Redis.
//
// A Conn is the client that all stages share: of a single server, of a cluster, given by
// one address or several, or of the embedded Redis. A cluster is recognised by the reply of
// the server, and a new layout is known within two seconds even while a server hangs. A
// server that cannot be used as configured is reported in one line. For a failed write the
// caller learns whether it may have had an effect. No error contains a password. Writes can
// wait for replicas, and Rewrite makes every server rewrite its files.
package redisconn
