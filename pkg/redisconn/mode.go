package redisconn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/retry"
)

// A MisfitError is a server that replies and cannot be used as configured. It is permanent.
type MisfitError struct{ text string }

// Error names the server by its host and port.
func (e *MisfitError) Error() string { return e.text }

func misfit(format string, arguments ...any) error {
	return &MisfitError{fmt.Sprintf(format, arguments...)}
}

// checkPatience is the timeout of one server in Check.
const checkPatience = 2 * time.Second

// Check checks each configured server once. answered is false while none replies; the
// error is a *MisfitError.
func (c *Conn) Check(ctx context.Context) (answered bool, err error) {
	for _, server := range c.servers {
		info, err := c.info(ctx, server)
		if err != nil {
			continue
		}
		if err := c.fits(server, info); err != nil {
			return true, err
		}
		answered = true
	}
	return answered, nil
}

// checkWaits are the waits between checks while no server replies.
var checkWaits = retry.Waits{First: 100 * time.Millisecond, Most: time.Second}

var errSilent = errors.New("no server answers")

// AwaitFit checks until a server replies, and returns nil or its *MisfitError. It returns
// nil when ctx ends.
func (c *Conn) AwaitFit(ctx context.Context) error {
	check := func() error {
		answered, err := c.Check(ctx)
		switch {
		case err != nil:
			return retry.Permanent(err)
		case !answered:
			return errSilent
		}
		return nil
	}
	if err := checkWaits.Do(ctx, check, nil); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// Run waits until a server replies, returns its *MisfitError where it has one, and then
// reloads the layout of the cluster every layoutEvery until ctx ends. The driver alone would
// reload it only after a command was sent by an outdated one.
func (c *Conn) Run(ctx context.Context) error {
	if err := c.AwaitFit(ctx); err != nil {
		return err
	}
	cluster, ok := c.client.(*redis.ClusterClient)
	if !ok {
		return nil
	}
	ticks := time.NewTicker(layoutEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			cluster.ReloadState(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// info is the section "server" of a server's INFO, by field.
func (c *Conn) info(ctx context.Context, server *redis.Options) (map[string]string, error) {
	options := *server
	options.PoolSize, options.DialTimeout, options.DialerRetries, options.MaxRetries = 1, dialTimeout, 1, -1
	options.ContextTimeoutEnabled, options.DB = true, 0
	client := redis.NewClient(&options)
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	text, err := client.Info(ctx, "server").Result()
	if err != nil {
		return nil, err
	}
	return fields(text), nil
}

func fields(info string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[name] = value
		}
	}
	return all
}

func (c *Conn) fits(server *redis.Options, info map[string]string) error {
	cluster := info["redis_mode"] == "cluster"
	switch {
	case info["redis_mode"] == "sentinel":
		return misfit("%s is a Sentinel; give the address of the server that it watches", server.Addr)
	case len(c.servers) > 1 && !cluster:
		return misfit("several addresses are given, but %s is not part of a cluster; a single server has one address", server.Addr)
	case cluster && server.DB != 0:
		return misfit("%s is part of a cluster, which has no database %d", server.Addr, server.DB)
	case tooOld(info["redis_version"]):
		return misfit("%s runs Redis %s; 6.2 or later is needed", server.Addr, info["redis_version"])
	}
	return nil
}

// tooOld reports a version without XTRIM MINID. Other text counts as a new version.
func tooOld(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major < 6 || major == 6 && minor < 2
}

// wholeLayout replaces the error of a single server, which has no layout, by the layout of
// a cluster of this server alone. So one client serves both, and the mode need not be known
// before the server replies.
func wholeLayout(cmd redis.Cmder, err error, address string) bool {
	layout, ok := cmd.(*redis.ClusterSlotsCmd)
	if !ok || !hasNoLayout(err) {
		return false
	}
	layout.SetErr(nil)
	layout.SetVal([]redis.ClusterSlot{{Start: 0, End: slots - 1, Nodes: []redis.ClusterNode{{Addr: address}}}})
	return true
}

func hasNoLayout(err error) bool {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return false
	}
	text := answer.Error()
	return strings.Contains(text, "cluster support disabled") || strings.HasPrefix(text, "NOPERM") || strings.Contains(text, "unknown")
}
