package redisconn

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/metrics"
)

// Values of the label "kind".
const (
	kindConnection = "connection"
	kindTimeout    = "timeout"
	kindRefused    = "refused"
	kindReplicas   = "replicas"
)

var errorsTotal = metrics.NewCounters(
	"downpour_redisconn_errors_total",
	"Failed round trips to a Redis server, by kind: connection, timeout, refused (Redis answered with an error), replicas (too few confirmed a write).",
	"kind", kindConnection, kindTimeout, kindRefused, kindReplicas)

// countErrors counts a round trip whose commands failed. It is counted once, because a lost
// connection is the error of each command.
func countErrors(cmds ...redis.Cmder) {
	for _, cmd := range cmds {
		if kind := kindOf(cmd.Err()); kind != "" {
			errorsTotal.WithLabelValues(kind).Inc()
			return
		}
	}
}

// kindOf is "" for errors that are no failure: a missing key, a cancelled caller, a script
// that is sent again with its text, a key of another server of the cluster.
func kindOf(err error) string {
	var answer redis.Error
	var network net.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, context.Canceled):
		return ""
	case errors.Is(err, ErrReplicas):
		return kindReplicas
	case errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return kindTimeout
	case redis.HasErrorPrefix(err, "NOSCRIPT"), redis.HasErrorPrefix(err, "MOVED"), redis.HasErrorPrefix(err, "ASK"):
		return ""
	case errors.As(err, &answer):
		return kindRefused
	}
	return kindConnection
}
