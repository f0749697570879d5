package redisconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	rewritePoll = 200 * time.Millisecond
	// rewriteTries is the number of attempts to start a rewrite while another runs.
	rewriteTries = 3
)

// Rewrite makes every server, replicas included, rewrite its persistent files and delete
// the old ones, and returns when each has done so, or the first error. Bytes of keys that
// were deleted before are in no file afterwards, but may remain in free blocks of the
// disk.
func (c *Conn) Rewrite(ctx context.Context) error {
	cluster, ok := c.client.(*redis.ClusterClient)
	if !ok {
		return nil // the embedded Redis has no files
	}
	var mutex sync.Mutex
	done := map[string]bool{}
	err := cluster.ForEachShard(ctx, func(ctx context.Context, server *redis.Client) error {
		mutex.Lock()
		done[server.Options().Addr] = true
		mutex.Unlock()
		return rewriteServer(ctx, server)
	})
	if err != nil {
		return err
	}
	// The replicas of a single server are in no layout.
	return cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		info, err := master.Info(ctx, "replication").Result()
		if err != nil {
			return fmt.Errorf("listing replicas: %w", err)
		}
		for _, address := range replicasOf(info) {
			if done[address] {
				continue
			}
			options := *master.Options()
			options.Addr = address
			replica := redis.NewClient(&options)
			err = errors.Join(err, rewriteServer(ctx, replica), replica.Close())
		}
		return err
	})
}

// replicasOf parses "slave0:ip=10.0.0.2,port=6379,state=online,…".
func replicasOf(info string) (addresses []string) {
	for name, value := range fields(info) {
		if !strings.HasPrefix(name, "slave") || !strings.HasPrefix(value, "ip=") {
			continue
		}
		parts := map[string]string{}
		for part := range strings.SplitSeq(value, ",") {
			key, text, _ := strings.Cut(part, "=")
			parts[key] = text
		}
		addresses = append(addresses, net.JoinHostPort(parts["ip"], parts["port"]))
	}
	return addresses
}

// rewriteServer rewrites the append-only file of one server and its snapshot,
// each where it has one.
func rewriteServer(ctx context.Context, server *redis.Client) error {
	before, err := persistence(ctx, server)
	if err != nil {
		return err
	}
	if before["aof_enabled"] == "1" {
		err := rewriteFile(ctx, server, rewriting{
			begin: server.BgRewriteAOF, active: []string{"aof_rewrite_in_progress", "aof_rewrite_scheduled"}, status: "aof_last_bgrewrite_status",
		})
		if err != nil {
			return fmt.Errorf("rewriting the append-only file of %s: %w", server.Options().Addr, err)
		}
	}
	if !keepsSnapshots(ctx, server, before) {
		return nil
	}
	err = rewriteFile(ctx, server, rewriting{
		begin: server.BgSave, active: []string{"rdb_bgsave_in_progress"}, status: "rdb_last_bgsave_status",
	})
	if err != nil {
		return fmt.Errorf("rewriting the snapshot of %s: %w", server.Options().Addr, err)
	}
	return nil
}

// keepsSnapshots reports whether a server may have a snapshot file: by its configuration,
// because it wrote one since it started, or because it has no append-only file.
func keepsSnapshots(ctx context.Context, server *redis.Client, before map[string]string) bool {
	config, err := server.ConfigGet(ctx, "save").Result()
	return err != nil || config["save"] != "" || before["aof_enabled"] != "1" || before["rdb_saves"] != "" && before["rdb_saves"] != "0"
}

// rewriting describes the rewrite of one kind of file: its command, the fields of INFO that
// are not 0 while it runs, and the field with its result.
type rewriting struct {
	begin  func(context.Context) *redis.StatusCmd
	active []string
	status string
}

// rewriteFile waits for a rewrite that began after the call, and for its success.
func rewriteFile(ctx context.Context, server *redis.Client, of rewriting) (err error) {
	for range rewriteTries {
		if _, err = of.await(ctx, server); err != nil {
			return err
		}
		err = of.begin(ctx).Err()
		if err == nil {
			break
		}
		if !strings.Contains(err.Error(), "in progress") {
			return err
		}
	}
	if err != nil {
		return err
	}
	after, err := of.await(ctx, server)
	if err == nil && after[of.status] != "ok" {
		err = fmt.Errorf("%s is %q", of.status, after[of.status])
	}
	return err
}

// await returns once no rewrite is running.
func (of rewriting) await(ctx context.Context, server *redis.Client) (map[string]string, error) {
	ticks := time.NewTicker(rewritePoll)
	defer ticks.Stop()
	for {
		info, err := persistence(ctx, server)
		if err != nil {
			return nil, err
		}
		active := false
		for _, field := range of.active {
			active = active || info[field] != "" && info[field] != "0"
		}
		if !active {
			return info, nil
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func persistence(ctx context.Context, server *redis.Client) (map[string]string, error) {
	text, err := server.Info(ctx, "persistence").Result()
	if err != nil {
		return nil, fmt.Errorf("reading what %s persists: %w", server.Options().Addr, err)
	}
	return fields(text), nil
}
