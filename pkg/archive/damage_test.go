package archive

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A part that cannot be read is put aside by ClickHouse at its start, which is
// logged once and counted.
func TestDamagedPartsAreReported(t *testing.T) {
	db := prepared(t, embeddedDB(t))
	ctx := context.Background()
	for _, batch := range []string{"one", "two"} {
		must(t, db.insert(ctx, batch, randomEntries(t, seeded(t), 50, testSpan)))
	}
	var log bytes.Buffer
	archiver := NewArchiver(Config{DB: db, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, archiver.inspect(ctx))
	if archiver.Damaged() != 0 || log.Len() > 0 {
		t.Fatalf("%d damaged parts of a sound archive: %s", archiver.Damaged(), log.String())
	}
	var path string
	must(t, db.conn.QueryRow(ctx, "SELECT path FROM system.parts WHERE active AND database = currentDatabase() AND table = 'reports' LIMIT 1").Scan(&path))
	must(t, db.exec(ctx, "DETACH TABLE reports"))
	for _, name := range []string{"checksums.txt", "columns.txt", "count.txt"} {
		must(t, os.Truncate(filepath.Join(path, name), 3))
	}
	must(t, db.exec(ctx, "ATTACH TABLE reports"))
	for range 2 {
		must(t, archiver.inspect(ctx))
	}
	if archiver.Damaged() != 1 || strings.Count(log.String(), "level=ERROR") != 1 || !strings.Contains(log.String(), "table=reports parts=1") {
		t.Errorf("%d damaged parts: %s", archiver.Damaged(), log.String())
	}
}

func TestDamagedJournalHasOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "batch")
	journal := NewJournal(path)
	must(t, journal.write("token", randomEntries(t, seeded(t), 100, testSpan)))
	whole, err := os.ReadFile(path)
	must(t, err)
	garbled := bytes.Clone(whole)
	for i := range garbled[:40] {
		garbled[i] ^= 0xa5
	}
	for name, content := range map[string][]byte{"cut": whole[:len(whole)/2], "empty": {}, "garbled": garbled, "text": []byte("torn")} {
		must(t, os.WriteFile(path, content, 0o600))
		_, _, err := NewJournal(path).read()
		if !errors.Is(err, ErrJournalDamaged) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "move the file away") {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.Remove(path))
	if _, _, err := NewJournal(path).read(); err != nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
}
