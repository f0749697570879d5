package bucket

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The keys of a shard all begin with its base and differ in what follows:
//
//	m:<minute>               counters of a minute
//	h:<half hour>            when each reporter counted, packed
//	p:<half hour>            reports by network prefix and service, and by block
//	v:<epoch>                how many people each prefix usually has, under the key of that epoch
//	a:<day>                  the addresses that reported on a day, under the key of that day, packed
//	n:<quarter hour>         the network of each node of the public table, + for several
//	b:<minute>               judged reports by place and block of networks
//	u:<minute received>      the ledger: what was added, and whether it was undone
//	ih:<half hour>           when each reporter of an import counted, packed
//	s:<week>                 the stored lines of imports, by the week in which they arrived, packed
//	t, q                     minutes in the order of their last change; the sequence of changes
//	log                      the report log: the rows of each call, and the number of its change of counters
//	alive                    the mark of complete counters: when they began, in Unix seconds
//
// All expire but the last two: the log until it is archived, and the mark.
func base(shard int) string { return fmt.Sprintf("dp:{%02d}:", shard) }

// declared are the keys that a call of a script names: its base, from which the script makes
// the keys that it uses, and another one, neither of which exists. A cluster that moves their
// slot refuses a call with two keys of which one is missing, with TRYAGAIN, wherever the keys
// are that the script uses: with the base alone it would run where the slot moves to, and
// make keys there that are still where they were.
func declared(base string) []string { return []string{base, base + "guard"} }

func minuteKey(shard int, minute outage.Minute) string {
	return base(shard) + "m:" + strconv.FormatInt(int64(minute), 10)
}

// blocksKey is the hash of the parts that blocks of networks have in a minute.
func blocksKey(shard int, minute outage.Minute) string {
	return base(shard) + "b:" + strconv.FormatInt(int64(minute), 10)
}

func ledgerKey(shard int, received outage.Minute) string {
	return base(shard) + "u:" + strconv.FormatInt(int64(received), 10)
}

// Reporters of a half hour, people of a day and stored lines of imports are many and small, so
// they are packed: a field of 2 bytes has the entries of all whose hash begins with these, one
// after another, each a key of 6 bytes and what is known of it. Entries of 8 bytes take 11
// bytes of memory each where a shard has a million, and 60 where it has a thousand; a key of
// Redis for each takes 113.
//
// Field and key are all 64 bits of the hash. Of ten million reporters of a half hour fewer than one
// in 10^13 is taken for another.
func packedPlace(hash uint64) string {
	var eight [8]byte
	binary.BigEndian.PutUint64(eight[:], hash)
	return string(eight[:])
}

// packedField is the length of the field in a packedPlace.
const packedField = 2

// halfHourPlace is where the half hour of a sender is, for one service and kind. It is the same
// in every process.
func halfHourPlace(reporter uint64, service string, kind outage.Kind) string {
	return packedPlace(reporter ^ textHash(service+"|"+string(kind)))
}

// halfHourKey is the packed hash of the half hours that senders have taken; those of imports
// are apart.
func halfHourKey(shard int, slot int64, imported bool) string {
	if imported {
		return fmt.Sprintf("%sih:%d", base(shard), slot)
	}
	return fmt.Sprintf("%sh:%d", base(shard), slot)
}

// linesKey is the packed hash of the imported lines that arrived in the same week. They are
// recognised by the random part of their id, which is a hash of their content.
func linesKey(id outage.ReportID) string {
	const minutesOfWeek = 7 * 24 * 60
	return fmt.Sprintf("%ss:%d", base(int(id.Shard)%Shards), id.Received/minutesOfWeek)
}

// prefixField is the field that counts one prefix's reports of a service.
func prefixField(prefix uint64, service string) string {
	return packed48(prefix ^ textHash(service))
}

// learntField is the field of the usual number of reporters of a prefix, of any service;
// "" for a report that does not count for it.
func learntField(report outage.Report, prefix uint64) string {
	if report.Keyed || report.Origin.Hosted {
		return ""
	}
	return packed48(prefix)
}

// severalNetworks replaces the network where a node has more than one.
const severalNetworks = "+"

// nodeFields are the fields of the nodes of the public table that a report lies in, in
// the order of the bits of a NodeSet, "" for each level of which nothing is known; all are
// "" where the networks of its nodes are not counted. Districts divide only the finest cells,
// as in the table: a network in two districts is one network of a larger cell.
func nodeFields(r outage.Report) (fields [outage.NodeLevels]string) {
	if r.Keyed || r.Kind != outage.Problem || r.Region == "" {
		return fields
	}
	region := r.Service + "|" + string(r.Country) + "|" + string(r.Region) + "|"
	fields[outage.NodeRegion] = region
	district := region + string(r.District) + "|"
	if r.District != "" {
		fields[outage.NodeDistrict] = district
	}
	if r.Cell != 0 {
		fields[0] = district + packCell(r.Cell.Parent(outage.CellFine))
		for resolution := outage.CellFine - 1; resolution >= outage.CellCoarse; resolution-- {
			fields[outage.CellFine-resolution] = region + "|" + packCell(r.Cell.Parent(resolution))
		}
	}
	return fields
}

// newNodes are the nodeFields of a report in its new place that it was not in before, with
// tabs between them, and the levels of those that it stays in.
func newNodes(from, to outage.Report) (added string, stays outage.NodeSet) {
	before, after := nodeFields(from), nodeFields(to)
	for level := range after {
		if before[level] == after[level] && after[level] != "" {
			after[level] = ""
			stays |= 1 << level
		}
	}
	return strings.Join(after[:], "\t"), stays
}

func textHash(text string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(text)) // never fails
	return hash.Sum64()
}

// packed48 is the low 6 bytes of a hash as text.
func packed48(hash uint64) string {
	var eight [8]byte
	binary.LittleEndian.PutUint64(eight[:], hash)
	return string(eight[:blockBytes])
}

// blockBytes is the length of the bytes of a block in a field.
const blockBytes = 6
