package main

import (
	"strings"
	"testing"
)

func TestMalformedClickHouseSettings(t *testing.T) {
	for _, c := range []struct{ clickhouse, cluster, flag string }{
		{"clickhouse://h", "", "--clickhouse:"}, {"http://h,embedded", "c", "--clickhouse:"}, {"http://h,http://i", "", "--clickhouse:"},
		{"http://h,http://i/other", "c", "--clickhouse:"}, {"http://h?x=y", "c", "--clickhouse:"}, {"http://u@h,http://h", "c", "--clickhouse:"},
		{"embedded", "c", "--clickhouse-cluster:"}, {"http://h", "a b", "--clickhouse-cluster:"}, {"http://h", "a'b", "--clickhouse-cluster:"}, {"http://h", "1a", "--clickhouse-cluster:"},
	} {
		err := run(t.Context(), []string{"serve", "--data", t.TempDir(), "--redis", "redis://127.0.0.1:1", "--clickhouse", c.clickhouse, "--clickhouse-cluster=" + c.cluster})
		if err == nil || strings.Count(err.Error(), c.flag) != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q and %q: %v", c.clickhouse, c.cluster, err)
		}
	}
}
