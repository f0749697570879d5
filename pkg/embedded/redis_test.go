package embedded_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/embedded"

	"github.com/redis/go-redis/v9"
)

func startRedis(t *testing.T) *embedded.Redis {
	t.Helper()
	server, err := embedded.StartRedis(context.Background(), nil)
	must(t, err)
	t.Cleanup(func() { must(t, server.Close()) })
	return server
}

func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	must(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return client
}

func TestRedisWantsItsPassword(t *testing.T) {
	server := startRedis(t)
	ctx := context.Background()
	host, _, err := net.SplitHostPort(server.Addr())
	must(t, err)
	if !net.ParseIP(host).IsLoopback() {
		t.Errorf("listens on %s", server.Addr())
	}
	must(t, connect(t, server.URL()).Set(ctx, "k", "v", 0).Err())
	for _, url := range []string{"redis://" + server.Addr(), "redis://:wrong@" + server.Addr()} {
		if err := connect(t, url).Get(ctx, "k").Err(); err == nil || !strings.Contains(err.Error(), "AUTH") && !strings.Contains(err.Error(), "WRONGPASS") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestRedisRunsScriptsStreamsAndGroups(t *testing.T) {
	client := connect(t, startRedis(t).URL())
	ctx := context.Background()
	script := redis.NewScript(`redis.call('HINCRBY', KEYS[1], ARGV[1], 1); redis.call('PEXPIRE', KEYS[1], 60000)
		return redis.call('XADD', KEYS[2], '*', 'r', ARGV[1])`)
	before := time.Now()
	id, err := script.Run(ctx, client, []string{"{07}:c", "{07}:log"}, "whatsapp").Text()
	must(t, err)
	must(t, client.XGroupCreate(ctx, "{07}:log", "archive", "0").Err())
	read, err := client.XReadGroup(ctx, &redis.XReadGroupArgs{Group: "archive", Consumer: "a", Streams: []string{"{07}:log", ">"}}).Result()
	must(t, err)
	if len(read) != 1 || len(read[0].Messages) != 1 || read[0].Messages[0].ID != id {
		t.Errorf("read %v, wrote %s", read, id)
	}
	must(t, client.XAck(ctx, "{07}:log", "archive", id).Err())
	told, err := client.Time(ctx).Result()
	must(t, err)
	if told.Before(before.Truncate(time.Second)) {
		t.Errorf("the time of day is %s, before %s", told, before)
	}
}

func TestRedisClosesTwice(t *testing.T) {
	server := startRedis(t)
	must(t, server.Close())
	must(t, server.Close())
	if conn, err := net.Dial("tcp", server.Addr()); err == nil {
		conn.Close()
		t.Error("still listens")
	}
}
