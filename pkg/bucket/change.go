package bucket

import (
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// fingerprint stands for all counters of a minute of a shard: the sum of a hash of each field
// times its value, modulo 2^64. It does not depend on their order, and a change of a counter
// changes it by the hash times the change, so that it can be kept up to date without the
// counters. Different counters have the same one with a probability of about 2^-64.
type fingerprint uint64

// printSeed is of this process: fingerprints are not stored.
var printSeed = maphash.MakeSeed()

func (p *fingerprint) add(field []byte, n int64) {
	*p += fingerprint(maphash.Bytes(printSeed, field) * uint64(n))
}

// increment is a change of one counter by n: its field, which is valid until the next one, and
// what it adds to the counts.
type increment struct {
	field []byte
	n     int64
	count outage.Count
}

// Places of the fields in a row of the log.
const (
	rowSign = iota
	rowCounted
	rowWeight
	rowMarks
	_ // id
	rowAt
	rowService
	rowCountry
	rowRegion
	rowCell
	rowKind
	rowSymptom
	rowNetwork
	_ // since
	_ // reporter
	_ // prefix
	_ // undo
	rowKeyed
	rowDistrict
	rowPlace
	rowEnd
)

// eachChange calls each with the counters that the rows of a record changed. They are those
// that add.lua and ledger.lua change. An error is of the first row that cannot be read.
func eachChange(rows string, each func(minute outage.Minute, one increment)) error {
	var reading rowReader
	for line := range strings.SplitSeq(rows, "\n") {
		if err := reading.read(line, each); err != nil {
			return fmt.Errorf("following the log: row %q: %w", line, err)
		}
	}
	return nil
}

// rowReader reads rows one after the other.
type rowReader struct {
	fields [rowEnd]string
	field  []byte // of the last increment
	of     outage.Count
	sign   int64
	each   func(minute outage.Minute, one increment)
}

func (r *rowReader) read(line string, each func(outage.Minute, increment)) error {
	if strings.Count(line, "\t") != rowEnd-1 {
		return fmt.Errorf("%d fields instead of %d", strings.Count(line, "\t")+1, int(rowEnd))
	}
	n := 0
	for part := range strings.SplitSeq(line, "\t") {
		r.fields[n] = part
		n++
	}
	f := &r.fields
	var numbers rowNumbers
	at, weight, marks := numbers.decimal(f[rowAt]), numbers.decimal(f[rowWeight]), numbers.decimal(f[rowMarks])
	cell, err := unpackCell(f[rowCell])
	numbers.record(err)
	if numbers.err != nil {
		return numbers.err
	}
	r.each, r.sign = each, 1
	if f[rowSign] == "-" {
		r.sign = -1
	}
	r.of = outage.Count{
		Service: f[rowService], Country: outage.Country(f[rowCountry]), Region: outage.Region(f[rowRegion]), District: outage.District(f[rowDistrict]),
		Cell: cell, Start: outage.Minute(at / 60), Kind: outage.Problem,
	}
	return r.count(weight, marks&1, marks>>1)
}

const fullWeight = 1000 // in rows and counters

// count is the function count of ledger.lua: weight is in thousandths, first is 1 for the first
// report of its network, and levels are those at which it is of a new network.
func (r *rowReader) count(weight, first, levels int64) error {
	f := &r.fields
	counted, symptom := f[rowCounted] == "1", f[rowSymptom]
	kind := f[rowKind][:1]
	letter := kind
	switch full := weight == fullWeight; {
	case !counted:
		letter = strings.ToUpper(letter)
	case full && first == 1:
		letter = fullFirstField
	case full:
		letter = fullField
	}
	split := weight != fullWeight
	err := r.giveEach(f[rowPlace], []counterChange{
		{true, letter, symptom, 1},
		{split && weight > 0, judgedField, symptom, weight},
		{split && first == 1, firstField, "", 1},
		{r.keyed(), keyedField + kind, symptom, 1},
		{levels > 0, nodesField + strconv.FormatInt(levels, 10), "", 1},
	})
	if err == nil && counted && kind == "p" && f[rowNetwork] != "" {
		err = r.countAccess(weight, first)
	}
	return err
}

// keyed reports whether an importer brought a report that counts. Those are not taken back.
func (r *rowReader) keyed() bool {
	return r.fields[rowKeyed] == "1" && r.fields[rowCounted] == "1" && r.sign > 0
}

// countAccess counts a report by its access network.
func (r *rowReader) countAccess(weight, first int64) error {
	r.of.Region, r.of.District, r.of.Cell = "", "", 0
	tail := r.fields[rowNetwork] + "/" + r.fields[rowRegion]
	return r.giveEach("", []counterChange{
		{true, accessField, tail, 1},
		{weight > 0, accessField + judgedField, tail, weight},
		{first == 1, accessField + firstField, tail, 1},
		{r.keyed(), accessField + keyedField, tail, 1},
	})
}

// counterChange is a change of a counter by n where it applies: its letters and what follows
// them.
type counterChange struct {
	applies    bool
	what, tail string
	n          int64
}

// giveEach passes the changes of counters of a place on.
func (r *rowReader) giveEach(place string, changes []counterChange) error {
	for _, one := range changes {
		if one.applies {
			if err := r.give(place, one.what, one.tail, one.n); err != nil {
				return err
			}
		}
	}
	return nil
}

// give passes an increment of a counter of a place on.
func (r *rowReader) give(place, what, tail string, n int64) error {
	r.field = r.field[:0]
	for _, part := range [...]string{r.fields[rowService], r.fields[rowCountry], place, what} {
		r.field = append(append(r.field, part...), '|')
	}
	r.field = append(r.field, tail...)
	read := counter{of: r.of}
	read.of.Symptom = tail
	if err := read.decodeWhat(what); err != nil {
		return err
	}
	n *= r.sign
	read.give(&read.of, n)
	r.each(read.of.Start, increment{r.field, n, read.of})
	return nil
}
