package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/bucket"
	"github.com/open-downpour/downpour/pkg/outage"
)

// filesWith counts the files of the engine's directory that hold any of the
// numbers as ClickHouse writes them.
func filesWith(t *testing.T, numbers []uint64) (found int) {
	t.Helper()
	err := filepath.WalkDir(engineFolder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // a part that is being deleted
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for _, number := range numbers {
			if bytes.Contains(content, binary.LittleEndian.AppendUint64(nil, number)) {
				found++
				break
			}
		}
		return nil
	})
	must(t, err)
	return found
}

func identities(entries []outage.Entry) (numbers []uint64) {
	for _, e := range entries {
		numbers = append(numbers, e.Prefix, e.Reporter, e.UndoHash)
	}
	return numbers
}

// receivedAt makes entries that happened and were received in one minute.
func receivedAt(t *testing.T, random *rand.Rand, n int, at time.Time) []outage.Entry {
	t.Helper()
	minute := outage.MinuteOf(at)
	return randomEntries(t, random, n, outage.Span{From: minute, To: minute + 1})
}

func TestIdentitiesLeaveTheDisk(t *testing.T) {
	db, random, now := prepared(t, embeddedDB(t)), seeded(t), time.Now()
	ctx := context.Background()
	old, young := receivedAt(t, random, 100, now.Add(-time.Minute)), receivedAt(t, random, 100, now.Add(time.Hour))
	for i, entries := range [][]outage.Entry{old[:50], old[50:], young} {
		must(t, db.insert(ctx, fmt.Sprint("batch ", i), entries))
	}
	must(t, db.exec(ctx, "OPTIMIZE TABLE recent_reports FINAL")) // merged parts and what they were made of go too
	must(t, db.Expire(ctx, now))
	if filesWith(t, identities(old)) == 0 || filesWith(t, identities(young)) == 0 {
		t.Fatal("identities that restore the counters are not in the archive, or this test cannot find them")
	}
	must(t, db.Expire(ctx, now.Add(recentFor)))
	if n := filesWith(t, identities(young)); n == 0 {
		t.Error("identities of the last hour are gone")
	}
	gone(t, func() int { return filesWith(t, identities(old)) })
	shards := func() int64 { return number(t, db, "SELECT toInt64(sum(submissions)) FROM shard_counts") }
	before := shards()
	must(t, db.Expire(ctx, now.Add(shardsFor)))
	if after := shards(); after >= before || after == 0 {
		t.Errorf("shards of %d submissions, %d after a day", before, after)
	}
	checkReports(t, db, append(old, young...))
}

// gone waits until a count of files is 0: ClickHouse deletes parts in the
// background.
func gone(t *testing.T, count func() int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ticks := time.NewTicker(200 * time.Millisecond)
	defer ticks.Stop()
	for {
		n := count()
		if n == 0 {
			return
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			t.Fatalf("%d files still hold them", n)
		}
	}
}

// An archive of the version before has identities in its reports.
func TestMigrationClearsIdentities(t *testing.T) {
	db, random, now := embeddedDB(t), seeded(t), time.Now()
	ctx := context.Background()
	must(t, db.exec(ctx, "CREATE TABLE migrations (version UInt32, at DateTime('UTC') DEFAULT now()) ENGINE = MergeTree ORDER BY version"))
	for number, migration := range migrations[:2] {
		for _, step := range migration {
			must(t, db.take(ctx, step))
		}
		must(t, db.exec(ctx, fmt.Sprintf("INSERT INTO migrations (version) VALUES (%d)", number+1)))
	}
	must(t, db.exec(ctx, "ALTER TABLE reports ADD COLUMN nodes UInt8, ADD COLUMN district String")) // for this test's insert alone
	must(t, db.exec(ctx, "ALTER TABLE reports MODIFY SETTING old_parts_lifetime = 1"))
	old, young := receivedAt(t, random, 100, now.Add(-72*time.Hour)), receivedAt(t, random, 100, now.Add(-time.Minute))
	for i := range young {
		young[i].Keyed = i%2 == 0
	}
	all := append(old, young...)
	must(t, db.sendTo(ctx, "before", "INSERT INTO reports ("+recentColumns+")", slices.Values(all), func(e outage.Entry) []any {
		return append(columnsOf(e, e.ID.Shard), e.Reporter, e.Prefix, e.UndoHash)
	}))
	if filesWith(t, identities(old)) == 0 {
		t.Fatal("this test cannot find identities")
	}
	must(t, db.Prepare(ctx))
	checkReports(t, db, all)
	checkRecent(t, db, recent(all, now))
	gone(t, func() int { return filesWith(t, identities(old)) })
	if n := number(t, db, "SELECT toInt64(countIf(shard != 0)) FROM reports WHERE keyed = 0"); n != 0 {
		t.Errorf("%d reports keep a part of the hash of their sender's network", n)
	}
	if missing, err := db.missing(ctx, reports, all); err != nil || len(missing) != 0 {
		t.Errorf("%d reports are not known any more: %v", len(missing), err)
	}
}

func TestShardsAreThoseOfTheCounters(t *testing.T) {
	if 16%bucket.Shards != 0 {
		t.Errorf("shard_counts tells 16 shards apart, the counters have %d", bucket.Shards)
	}
}
