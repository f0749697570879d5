package archive

import (
	"context"
	"slices"
	"testing"
	"time"
)

func TestContents(t *testing.T) {
	db, random, now := prepared(t, embeddedDB(t)), seeded(t), time.Now()
	ctx := context.Background()
	must(t, db.exec(ctx, "CREATE TABLE `odd ``name` (`a b` Array(String), at IPv4, n UInt64, empty Nullable(String)) ENGINE = MergeTree ORDER BY n"))
	must(t, db.exec(ctx, "INSERT INTO `odd ``name` VALUES (['x', 'y'], '81.2.69.142', 7, NULL), (['z'], '81.2.69.143', 8, NULL)"))
	entries := receivedAt(t, random, 100, now)
	must(t, db.insert(ctx, "batch", entries))

	columns, err := db.Columns(ctx)
	must(t, err)
	for _, c := range []struct {
		column Column
		want   []string
	}{
		{Column{"odd `name", "a b", "Array(String)"}, []string{"['x','y']", "['z']"}},
		{Column{"odd `name", "at", "IPv4"}, []string{"81.2.69.142", "81.2.69.143"}},
		{Column{"odd `name", "empty", "Nullable(String)"}, nil},
		{Column{"incidents", "body", "String"}, nil},
		{Column{"reports", "country", "LowCardinality(String)"}, []string{"GB", "IN"}},
	} {
		if !slices.Contains(columns, c.column) {
			t.Errorf("%v is not among %v", c.column, columns)
		}
		var got []string
		must(t, db.Texts(ctx, c.column, func(text string) { got = append(got, text) }))
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%v holds %q, want %q", c.column, got, c.want)
		}
	}
	if n, err := db.CountOf(ctx, Column{"odd `name", "n", "UInt64"}, 8); n != 1 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	all, err := db.Senders(ctx)
	must(t, err)
	if len(all) != 3 || all[0].Table != "recent_reports" || all[0].Rows != int64(len(entries)) || all[0].Networks < 2 || all[0].For != recentFor || !all[0].Newest.Equal(now.Truncate(time.Minute)) || all[1].Networks != 0 {
		t.Errorf("of senders: %+v", all)
	}
	if _, err := embeddedDB(t).Senders(ctx); err != nil {
		t.Errorf("without tables: %v", err)
	}
}
