package bucket

import (
	"strings"
	"sync"

	"github.com/open-downpour/downpour/pkg/outage"
)

// nodeQuarter is the length, in seconds, of the quarter hours by which Redis keeps the
// networks of nodes.
const nodeQuarter = int64(outage.Quarter) * 60

// sharedNodes are the nodes of the public table that have several networks in the newest
// quarter hour, as Redis said: what further reports add to them needs no look at their
// networks. Where a Redis lost them, they stay unshared there for the rest of the quarter
// hour, and are withheld.
type sharedNodes struct {
	mutex   sync.Mutex
	quarter int64
	of      [Shards]map[string]bool // by field
}

// mostShared is how many nodes of a shard are remembered, about 100 bytes each.
const mostShared = 20_000

// nodeLevels are the digits of the levels.
const nodeLevels = "0123456789"

// unshared writes the nodes of a report that are not known to be shared, each with its
// level before it and a tab after it.
func (s *sharedNodes) unshared(shard int, report outage.Report) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var known map[string]bool
	if report.At.Unix()/nodeQuarter == s.quarter {
		known = s.of[shard]
	}
	var text strings.Builder
	for level, node := range nodeFields(report) {
		if node == "" || known[node] {
			continue
		}
		if text.Len() == 0 {
			text.Grow(outage.NodeLevels * (len(node) + 2))
		}
		text.WriteByte(nodeLevels[level])
		text.WriteString(node)
		text.WriteByte('\t')
	}
	return text.String()
}

// learn remembers the nodes of a report at the levels that are shared.
func (s *sharedNodes) learn(shard int, report outage.Report, levels outage.NodeSet) {
	if levels == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	quarter := report.At.Unix() / nodeQuarter
	if quarter > s.quarter {
		s.quarter, s.of = quarter, [Shards]map[string]bool{}
	}
	if quarter < s.quarter {
		return
	}
	if s.of[shard] == nil {
		s.of[shard] = map[string]bool{}
	}
	for level, node := range nodeFields(report) {
		if node != "" && levels&(1<<level) != 0 && len(s.of[shard]) < mostShared {
			s.of[shard][node] = true
		}
	}
}

// forget forgets the nodes of a shard.
func (s *sharedNodes) forget(shard int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.of[shard] = nil
}
