package archive

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

func TestRegisterFiles(t *testing.T) {
	overEvery(t, func(t *testing.T, db *DB) {
		prepared(t, db)
		ctx := context.Background()
		if files, err := db.RegisterFiles(ctx); err != nil || len(files) != 0 {
			t.Fatalf("%v, %v", files, err)
		}
		file := func(quarter string, version int, rows string) outage.RegisterFile {
			return outage.RegisterFile{
				Quarter: quarter, Version: version, CreatedAt: time.Date(2025, 4, 8, 0, 0, version, 0, time.UTC),
				Incidents: version, Digest: "d" + rows, Rows: []byte(rows),
			}
		}
		first, second, other := file("2025-Q1", 1, `["a"]`), file("2025-Q1", 2, "[\n\n\"b\"]"), file("2024-Q4", 1, `[]`)
		for _, stored := range []outage.RegisterFile{first, second, other, file("2025-Q1", 1, `["late"]`)} {
			must(t, db.SaveRegisterFile(ctx, stored))
		}
		files, err := db.RegisterFiles(ctx)
		must(t, err)
		var want []outage.RegisterFile
		for _, stored := range []outage.RegisterFile{other, first, second} {
			stored.Rows = []byte{}
			want = append(want, stored)
		}
		if !reflect.DeepEqual(files, want) {
			t.Errorf("%+v, want %+v", files, want)
		}
		for _, stored := range []outage.RegisterFile{first, second, other} {
			if got, err := db.RegisterFile(ctx, stored.Quarter, stored.Version); err != nil || !reflect.DeepEqual(got, stored) {
				t.Errorf("%+v, %v; want %+v", got, err, stored)
			}
		}
		if _, err := db.RegisterFile(ctx, "2025-Q1", 3); outage.AsError(err) == nil || outage.AsError(err).Code != outage.CodeNotFound {
			t.Errorf("a version that is not stored: %v", err)
		}
	})
}
