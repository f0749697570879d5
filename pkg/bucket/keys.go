package bucket

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// The keys of a shard all begin with its base and differ in what follows:
//
//	m:<minute>               counters of a minute
//	h:<half hour>:<bucket>   when each reporter last counted
//	p:<half hour>            reports by network prefix and service, and by block
//	v:<epoch>                how many people each prefix usually has, under the key of that epoch
//	a:<day>:<bucket>         the addresses that reported on a day, under the key of that day
//	n:<quarter hour>         the network of each node of the public table, + for several
//	b:<minute>               judged reports by place and block of networks
//	u:<minute received>      the ledger: what was added, and whether it was undone
//	ih:<half hour>:<bucket>  when each reporter of an import last counted
//	s:<week>:<bucket>        the stored lines of imports, by the week in which they arrived
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

// A reporter's half hour is one field of a small hash: Redis packs hashes of up to 128
// short fields, which takes about 12 bytes a reporter instead of the 113 of a key of its
// own. With halfHourBuckets, ten million reporters of one half hour are stored in hashes
// of about 80 fields.
//
// A field is 48 bits of a hash of reporter, service and kind. Two reporters of
// one hash of 80 fields share a field with a probability of 80/2^48, so that
// one report in about 10^12 is taken for a repeat.
const halfHourBuckets = 1 << 13

// halfHourField is the hash and field of a sender's half hour for one service and kind.
// It is the same in every process.
func halfHourField(reporter uint64, service string, kind outage.Kind) (bucket, field string) {
	return inHalfHour(reporter, service, kind, halfHourBuckets)
}

// importBuckets is how many hashes one half hour of an import has in a shard.
// An import of a month has a few reports for each of its half hours, so that more hashes
// would be many small ones: a key costs more than a field, and the embedded Redis iterates
// over all keys each second. The large hashes of a dense import expire soon.
const importBuckets = 1

// importField is halfHourField for the half hours of imports.
func importField(reporter uint64, service string, kind outage.Kind) (bucket, field string) {
	return inHalfHour(reporter, service, kind, importBuckets)
}

func inHalfHour(reporter uint64, service string, kind outage.Kind, buckets uint64) (bucket, field string) {
	hash := reporter ^ textHash(service+"|"+string(kind))
	return strconv.FormatUint(hash>>48%buckets, 16), packed48(hash)
}

// Imported lines are recognised by the random part of their id, which is a hash of their
// content. With seenBuckets, two million lines of a week are stored in hashes of at most
// 128 fields, and few lines need few keys.
const (
	seenBuckets   = 1 << 10
	minutesOfWeek = 7 * 24 * 60
)

// seenField is the hash and field of a stored imported line.
func seenField(id outage.ReportID) (bucket, field string) {
	return strconv.FormatUint(id.Random%seenBuckets, 16), packed(id.Random, 8)
}

// seenKey is the hash of the lines that arrived in the same week.
func seenKey(id outage.ReportID, bucket string) string {
	return fmt.Sprintf("%ss:%d:%s", base(int(id.Shard)%Shards), id.Received/minutesOfWeek, bucket)
}

// prefixField is the field that counts one prefix's reports of a service.
func prefixField(prefix uint64, service string) string {
	return packed48(prefix ^ textHash(service))
}

// personBuckets is the number of hashes of the addresses of a day.
const personBuckets = 1 << 12

// personField is the hash and field of an address on its day.
func personField(person uint64) (bucket, field string) {
	return strconv.FormatUint(person>>48%personBuckets, 16), packed48(person)
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
// "" where the networks of its nodes are not counted.
func nodeFields(r outage.Report) (fields [outage.NodeLevels]string) {
	if r.Keyed || r.Kind != outage.Problem || r.Region == "" {
		return fields
	}
	topic := r.Service + "|" + string(r.Country) + "|" + string(r.Region) + "|"
	fields[outage.NodeRegion] = topic
	topic += string(r.District) + "|"
	if r.District != "" {
		fields[outage.NodeDistrict] = topic
	}
	if r.Cell != 0 {
		for resolution := outage.CellFine; resolution >= outage.CellCoarse; resolution-- {
			fields[outage.CellFine-resolution] = topic + packCell(r.Cell.Parent(resolution))
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

// blockBytes is the length of the bytes of a block in a field.
const blockBytes = 6

func packed48(hash uint64) string { return packed(hash, blockBytes) }

// packed is the low bytes of a hash as text.
func packed(hash uint64, bytes int) string {
	var eight [8]byte
	for i := range eight {
		eight[i] = byte(hash >> (8 * i))
	}
	return string(eight[:bytes])
}
