package redisconn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	// layoutEvery is the greatest age of the known layout of a cluster.
	layoutEvery = 250 * time.Millisecond
	// layoutPatience is the timeout of one server for the layout, before the next is
	// queried. The driver queries them in random order, one at a time.
	layoutPatience = 500 * time.Millisecond
	// writePatience is the timeout of one attempt of a replicated write, beyond the wait
	// for replicas. After it the next attempt is sent to the master that took over.
	writePatience = 500 * time.Millisecond

	dialTimeout = 2 * time.Second
	dialTries   = 2
	// slots is the number of hash slots of a cluster.
	slots = 16384
)

// Config is the configuration of a Conn. The zero values of Replicas and ReplicasWithin wait
// for no replica.
type Config struct {
	// Addresses are redis:// or rediss:// addresses: one of a single server, or
	// one or several of a cluster.
	Addresses []string
	// Replicas is how many replicas must confirm a write that WithOutcome marks before
	// it succeeds, and ReplicasWithin the timeout.
	Replicas       int
	ReplicasWithin time.Duration
}

// Conn is a client of Redis. It is safe for concurrent use.
type Conn struct {
	client  redis.UniversalClient
	servers []*redis.Options // as configured
}

var errAddress = errors.New("is not an address of the form redis[s]://[user[:password]@]host[:port][/database]; " +
	"signs in a password are percent-encoded")

// Open makes a client. It does not connect yet. Errors name an address by its
// number and never quote it.
func Open(config Config) (*Conn, error) {
	servers, err := parse(config.Addresses)
	if err != nil {
		return nil, err
	}
	first := servers[0]
	options := &redis.ClusterOptions{
		Username: first.Username, Password: first.Password, TLSConfig: first.TLSConfig,
		DialTimeout: dialTimeout, DialerRetries: dialTries, ClusterStateReloadInterval: layoutEvery,
		ContextTimeoutEnabled:    true, // a Redis that hangs must not hold a caller beyond its deadline
		DisableRoutingPolicies:   true, // all commands have a key, or go to one server on purpose
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		NewClient: func(node *redis.Options) *redis.Client {
			node.DB = first.DB
			return withHooks(redis.NewClient(node), config)
		},
	}
	for _, server := range servers {
		options.Addrs = append(options.Addrs, server.Addr)
	}
	return &Conn{client: redis.NewClusterClient(options), servers: servers}, nil
}

// OpenSingle makes a client of the embedded Redis, which is never a cluster and
// has no replicas.
func OpenSingle(address string) (*Conn, error) {
	servers, err := parse([]string{address})
	if err != nil {
		return nil, err
	}
	servers[0].ContextTimeoutEnabled = true
	return &Conn{client: withHooks(redis.NewClient(servers[0]), Config{}), servers: servers}, nil
}

// parse reads addresses, which must agree in everything but the host.
func parse(addresses []string) ([]*redis.Options, error) {
	if len(addresses) == 0 {
		return nil, errors.New("no address is given")
	}
	var servers []*redis.Options
	for i, address := range addresses {
		one, err := redis.ParseURL(address)
		if err != nil || one.Network != "tcp" {
			return nil, fmt.Errorf("address %d %w", i+1, errAddress) // the driver's error quotes the address
		}
		one.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
		servers = append(servers, one)
		first := servers[0]
		if one.Username != first.Username || one.Password != first.Password || one.DB != first.DB || (one.TLSConfig == nil) != (first.TLSConfig == nil) {
			return nil, fmt.Errorf("address %d differs from the first in more than its host", i+1)
		}
	}
	return servers, nil
}

// Client is the client for the stages that store something in Redis.
func (c *Conn) Client() redis.UniversalClient { return c.client }

// Close closes the connections.
func (c *Conn) Close() error { return c.client.Close() }

// LogTo sends the driver's own log lines of this process to the logger, at level
// debug: their errors are returned to callers as well.
func LogTo(logger *slog.Logger) { redis.SetLogger(driverLog{logger}) }

type driverLog struct{ logger *slog.Logger }

// Printf is what the driver calls.
func (d driverLog) Printf(ctx context.Context, format string, arguments ...any) {
	d.logger.DebugContext(ctx, "redis client", "message", fmt.Sprintf(format, arguments...))
}

// Appendfsync is the setting of Redis: "always", "everysec", "no", or "off" without an
// append-only file; "" where it is unknown.
func (c *Conn) Appendfsync(ctx context.Context) string {
	config, err := c.client.ConfigGet(ctx, "append*").Result()
	if err != nil {
		return ""
	}
	if config["appendonly"] == "no" {
		return "off"
	}
	return config["appendfsync"]
}
