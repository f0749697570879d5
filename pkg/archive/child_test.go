package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/embedded"
	"github.com/open-downpour/downpour/pkg/outage"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

// childVariable makes this test program a process that counts and archives the
// reports of its task, so that tests can let it die at any step.
const childVariable = "DOWNPOUR_TEST_CHILD"

// task is the input of a child process.
type task struct {
	Redis  string // address, or "" for one in the process
	Folder string // of the archive and the journal
	Seed   uint64
	Began  time.Time
	Rounds int    // reports of these are sent, those of earlier children again
	Step   string // at which the child dies, "" to live
	Nth    int    // time that the step is reached, from 0
}

// found is the archive as a child that survived found it.
type found struct {
	Rows        map[string]int // by id and sign
	Differences []int64
}

// reportsOfARound are the same in every process.
func (t task) reportsOfARound(round int) (reports []outage.Report) {
	random := rand.New(rand.NewPCG(t.Seed, uint64(round)))
	for range 60 {
		id := outage.ReportID{Shard: byte(random.Uint32()), Received: outage.MinuteOf(t.Began), Random: random.Uint64()}
		reports = append(reports, outage.Report{
			ID: id, Service: "whatsapp", Kind: outage.Problem, Country: countrytest.IN, Region: "IN-WB", Cell: 0x863cf30e7ffffff,
			At: t.Began.Truncate(time.Second), Reporter: id.Random, Prefix: uint64(id.Shard), UndoHash: id.Random,
		})
	}
	return reports
}

// undone reports whether a report is undone.
func undone(r outage.Report) bool { return r.ID.Random%6 == 0 }

func child() int {
	var t task
	err := json.Unmarshal([]byte(os.Getenv(childVariable)), &t)
	if err == nil {
		err = t.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		return 1
	}
	return 0
}

func (t task) run() (failed error) {
	ctx := context.Background()
	logger := slog.New(slog.DiscardHandler)
	engine, err := embedded.Open(ctx, embedded.Options{Library: os.Getenv(embedded.LibraryVariable), Path: filepath.Join(t.Folder, "archive")})
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, engine.Close()) }()
	db, err := OpenDB(Options{Transport: engine.Transport()})
	if err != nil {
		return err
	}
	defer db.Close()
	address, journal := t.Redis, (*Journal)(nil)
	if address == "" {
		server, err := embedded.StartRedis(ctx, logger)
		if err != nil {
			return err
		}
		defer server.Close()
		address, journal = server.URL(), NewJournal(filepath.Join(t.Folder, "batch"))
	}
	connection, err := redisconn.OpenSingle(address)
	if err != nil {
		return err
	}
	defer connection.Close()
	counters := bucket.NewRedis(connection.Client(), nil)
	// The leader before may be dead, and this one must not wait for the end of
	// its time.
	if err := counters.Client().Del(ctx, leadKey).Err(); err != nil && !errors.Is(err, redis.Nil) {
		return err
	}
	archiver := NewArchiver(Config{
		DB: db, Log: counters, Batches: NewRedisBatchLog(counters.Client()), Logger: logger, Journal: journal,
		Records: 4, Every: 10 * time.Millisecond, fault: t.fault(),
	})
	settings := bucket.Config{Redis: counters, Logger: logger, Batch: 16, Patience: 30 * time.Second}
	if t.Redis == "" {
		settings.Durable = archiver
	}
	store := bucket.NewStore(settings)
	running, stop := context.WithCancel(ctx)
	defer stop()
	var parts sync.WaitGroup
	parts.Go(func() { failed = errors.Join(failed, archiver.Run(running)) })
	parts.Go(func() { _ = store.RunRestore(running, archiver) })
	parts.Go(func() { _ = store.Run(running) })
	err = t.send(ctx, store)
	for waits := true; waits && err == nil; { // until everything is archived, or this process dies of it
		var left []outage.Entry
		left, _, _, err = counters.Oldest(ctx, 1)
		waits = len(left) > 0
		<-time.After(5 * time.Millisecond)
	}
	stop()
	parts.Wait()
	if err != nil {
		return err
	}
	return tell(ctx, db)
}

// fault ends this process, as a kill from outside would, at the task's step.
func (t task) fault() func(string) {
	times := 0
	return func(step string) {
		if step != t.Step {
			return
		}
		if times++; times > t.Nth {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			panic(fmt.Sprint("still alive: ", err))
		}
	}
}

// send adds the reports of all rounds, each until it is acknowledged, and takes
// some back.
func (t task) send(ctx context.Context, store *bucket.Store) error {
	var senders sync.WaitGroup
	results := make(chan error, t.Rounds*100)
	for round := range t.Rounds {
		for _, report := range t.reportsOfARound(round) {
			senders.Go(func() {
				_, err := store.Add(ctx, report)
				for tries := 0; err != nil && tries < 2000; tries++ { // until the counters are restored
					<-time.After(5 * time.Millisecond)
					_, err = store.Add(ctx, report)
				}
				if err == nil && undone(report) {
					err = store.Undo(ctx, report.ID, report.UndoHash)
				}
				results <- err
			})
		}
	}
	senders.Wait()
	close(results)
	var failed error
	for err := range results {
		failed = errors.Join(failed, err)
	}
	return failed
}

func tell(ctx context.Context, db *DB) error {
	found := found{Rows: map[string]int{}}
	err := db.rows(ctx, "SELECT shard, intDiv(toInt64(toUnixTimestamp(received)), 60), random, sign FROM recent_reports", nil, func(scan func(...any) error) error {
		var id outage.ReportID
		var received int64
		var sign int8
		err := scan(&id.Shard, &received, &id.Random, &sign)
		id.Received = outage.Minute(received)
		found.Rows[fmt.Sprint(id, sign)]++
		return err
	})
	if err != nil {
		return err
	}
	for _, query := range []string{
		difference("minute_counts", "toStartOfMinute"), difference("quarter_counts", "toStartOfFifteenMinutes"),
		"SELECT toInt64(sum(sign * counted)) - (SELECT sum(n) FROM minute_counts) FROM reports",
		"SELECT toInt64(sum(sign * counted)) - (SELECT sum(n) FROM shard_counts) FROM recent_reports",
		"SELECT toInt64(count()) - (SELECT toInt64(count()) FROM recent_reports) FROM reports",
	} {
		n, err := db.number(ctx, query)
		if err != nil {
			return err
		}
		found.Differences = append(found.Differences, n)
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}
