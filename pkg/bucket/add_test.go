package bucket

import (
	"fmt"
	"testing"
)

// TestCallsOf divides reports among script calls; a call is the shards and the numbers of
// its reports.
func TestCallsOf(t *testing.T) {
	for _, c := range []struct {
		name     string
		reports  map[int]int
		together bool
		line     timeline
		want     string
	}{
		{"none", nil, true, live, "[]"},
		{"a cluster", map[int]int{3: 2, 1: 1}, false, live, "[[1:1] [3:2]]"},
		{"one call", map[int]int{3: 2, 1: 1, 15: 4}, true, live, "[[1:1 3:2 15:4]]"},
		{"a full call", map[int]int{0: callReports, 1: 1}, true, live, fmt.Sprintf("[[0:%d] [1:1]]", callReports)},
		{"a call that would be too full", map[int]int{0: callReports - 1, 1: 2, 2: 1}, true, live, fmt.Sprintf("[[0:%d] [1:2 2:1]]", callReports-1)},
		{"imports", map[int]int{0: 1, 1: 1}, true, hot, "[[0:1] [1:1]]"},
	} {
		shards := map[int][]*pending{}
		for shard, n := range c.reports {
			for range n {
				shards[shard] = append(shards[shard], &pending{timeline: c.line})
			}
		}
		calls := [][]string{}
		for _, parts := range callsOf(shards, c.together) {
			var call []string
			for _, part := range parts {
				call = append(call, fmt.Sprintf("%d:%d", part.shard, len(part.waiting)))
			}
			calls = append(calls, call)
		}
		if got := fmt.Sprint(calls); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
