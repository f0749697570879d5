package privacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

const (
	scanBatch   = 500
	stringPart  = 1 << 20
	listBatch   = 500
	streamBatch = 100
)

// Redis searches all keys and values of the database of a client, on every
// master of a cluster, and the files of the servers that run on this machine.
func (c *Check) Redis(ctx context.Context, client redis.UniversalClient) error {
	each := func(ctx context.Context, server *redis.Client) error {
		if err := c.server(ctx, server); err != nil {
			return err
		}
		return c.redisFiles(ctx, server)
	}
	switch client := client.(type) {
	case *redis.ClusterClient:
		masters, err := mastersOf(ctx, client)
		for _, server := range masters {
			if err == nil {
				err = each(ctx, server)
			}
		}
		return err
	case *redis.Client:
		return each(ctx, client)
	}
	return fmt.Errorf("a client of type %T cannot be searched", client)
}

// mastersOf lists the masters, so that they can be searched one after the other.
func mastersOf(ctx context.Context, client *redis.ClusterClient) ([]*redis.Client, error) {
	found := make(chan *redis.Client)
	failed := make(chan error, 1)
	go func() {
		failed <- client.ForEachMaster(ctx, func(ctx context.Context, server *redis.Client) error {
			select {
			case found <- server:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		close(found)
	}()
	var masters []*redis.Client
	for server := range found {
		masters = append(masters, server)
	}
	return masters, <-failed
}

func (c *Check) server(ctx context.Context, server *redis.Client) error {
	cursor := uint64(0)
	for {
		names, next, err := server.Scan(ctx, cursor, "", scanBatch).Result()
		if err != nil {
			return fmt.Errorf("listing keys: %w", err)
		}
		if err := c.redisKeys(ctx, server, names); err != nil {
			return err
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// redisKeys searches keys, whose kinds and times to live it reads in one round
// trip.
func (c *Check) redisKeys(ctx context.Context, server *redis.Client, names []string) error {
	kinds, lives := make([]*redis.StatusCmd, len(names)), make([]*redis.DurationCmd, len(names))
	_, err := server.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, name := range names {
			kinds[i], lives[i] = pipe.Type(ctx, name), pipe.PTTL(ctx, name)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading kinds of keys: %w", err)
	}
	for i, name := range names {
		c.Report.Scanned.Keys++
		c.ScanBytes([]byte(name), Binary, c.matches(InRedis, name))
		one := redisValue{check: c, server: server, name: name, kind: kinds[i].Val()}
		if err := one.scan(ctx); err != nil {
			return fmt.Errorf("reading %s: %w", c.Mask(name), err)
		}
		c.keep(name, one.fields, lives[i].Val())
	}
	return nil
}

// redisValue is the value of one key while it is searched.
type redisValue struct {
	check      *Check
	server     *redis.Client
	name, kind string
	fields     int64
}

func (v *redisValue) scan(ctx context.Context) error {
	switch v.kind {
	case "string":
		return v.text(ctx)
	case "hash":
		return v.cursor(func(at uint64) *redis.ScanCmd { return v.server.HScan(ctx, v.name, at, "", scanBatch) }, 2)
	case "set":
		return v.cursor(func(at uint64) *redis.ScanCmd { return v.server.SScan(ctx, v.name, at, "", scanBatch) }, 1)
	case "zset":
		return v.cursor(func(at uint64) *redis.ScanCmd { return v.server.ZScan(ctx, v.name, at, "", scanBatch) }, 2)
	case "list":
		return v.list(ctx)
	case "stream":
		return v.stream(ctx)
	case "none":
		return nil // expired meanwhile
	}
	v.check.Unread("redis key %s: its kind %s is not known", v.check.Mask(v.name), v.kind)
	return nil
}

// text reads a string in parts, so that a long one takes little memory.
func (v *redisValue) text(ctx context.Context) error {
	first, err := v.server.GetRange(ctx, v.name, 0, stringPart-1).Result()
	if err != nil {
		return err
	}
	if len(first) < stringPart {
		v.batch([]string{first}, 1)
		return nil
	}
	v.fields = 1
	v.check.Report.Scanned.Values++
	_, err = v.check.Scan(ctx, &stringReader{ctx: ctx, value: v}, Binary, v.check.matches(InRedis, v.name))
	return err
}

// stringReader reads a string of Redis as a stream.
type stringReader struct {
	ctx   context.Context
	value *redisValue
	at    int64
}

func (r *stringReader) Read(into []byte) (int, error) {
	part, err := r.value.server.GetRange(r.ctx, r.value.name, r.at, r.at+int64(len(into))-1).Bytes()
	r.at += int64(len(part))
	if len(part) == 0 && err == nil {
		return 0, io.EOF
	}
	return copy(into, part), err
}

// cursor reads a collection by batches; each of its entries is a number of
// texts.
func (v *redisValue) cursor(read func(uint64) *redis.ScanCmd, texts int64) error {
	at := uint64(0)
	for {
		batch, next, err := read(at).Result()
		if err != nil {
			return err
		}
		v.batch(batch, texts)
		if at = next; at == 0 {
			return nil
		}
	}
}

func (v *redisValue) list(ctx context.Context) error {
	for at := int64(0); ; at += listBatch {
		batch, err := v.server.LRange(ctx, v.name, at, at+listBatch-1).Result()
		if err != nil || len(batch) == 0 {
			return err
		}
		v.batch(batch, 1)
	}
}

func (v *redisValue) stream(ctx context.Context) error {
	from := "-"
	for {
		records, err := v.server.XRangeN(ctx, v.name, from, "+", streamBatch).Result()
		if err != nil || len(records) == 0 {
			return err
		}
		for _, record := range records {
			var texts []string
			for _, field := range slices.Sorted(maps.Keys(record.Values)) {
				texts = append(texts, field, fmt.Sprint(record.Values[field]))
			}
			v.batch(texts, max(1, int64(len(texts))))
		}
		from = "(" + records[len(records)-1].ID
	}
}

// batch searches texts, each on its own line, so that the latitude and the
// longitude of a hash are found together.
func (v *redisValue) batch(texts []string, each int64) {
	v.fields += int64(len(texts)) / each
	v.check.Report.Scanned.Values += len(texts)
	found := v.check.matches(InRedis, v.name)
	v.check.ScanBytes([]byte(strings.Join(texts, "\n")), Binary, func(m Match) {
		m.Offset = -1
		found(m)
	})
	for i, text := range texts {
		if what := v.check.probeOfWhole([]byte(text)); what != "" {
			found(Match{Kind: ProbeMatch, Offset: -1, Excerpt: what})
		}
		if v.name == endsOfKeys && i%2 == 1 {
			v.check.listedKey(texts[i-1], text)
		}
	}
}

// redisFiles searches the append-only files and the snapshot of a server, where
// it runs on this machine.
func (c *Check) redisFiles(ctx context.Context, server *redis.Client) error {
	address := server.Options().Addr
	if !onThisMachine(address) {
		c.Unread("files of the Redis at %s: it runs on another machine; run this command there with --data", address)
		return nil
	}
	config := map[string]string{}
	for _, name := range []string{"dir", "appenddirname", "appendfilename", "dbfilename"} {
		one, err := server.ConfigGet(ctx, name).Result()
		if err != nil {
			c.Unread("files of the Redis at %s: it does not tell where they are (%v)", address, err)
			return nil
		}
		config[name] = one[name]
	}
	read := 0
	for _, name := range []string{config["appenddirname"], config["appendfilename"], config["dbfilename"]} {
		path := filepath.Join(config["dir"], name)
		if _, err := os.Stat(path); name == "" || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := c.Dir(ctx, path); err != nil && ctx.Err() != nil {
			return err
		} else if err != nil {
			c.Unread("%s of the Redis at %s: %v", path, address, err)
			continue
		}
		read++
	}
	if read == 0 {
		c.Unread("files of the Redis at %s: none can be read in %s on this machine", address, config["dir"])
		return nil
	}
	c.Unread("compressed texts in snapshots of the Redis at %s; their values were read from Redis itself", address)
	return nil
}
