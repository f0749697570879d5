package bucket

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

func randomReport(random *rand.Rand) outage.Report {
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	report := outage.Report{
		ID:      outage.ReportID{Shard: byte(random.Uint32()), Received: outage.Minute(random.Uint32()), Random: random.Uint64()},
		Service: pick("whatsapp", "jio", "a-b-c"), Symptom: pick("", "send", "calls"), Network: pick("", "bt", "act-fibernet"),
		Kind: outage.Kinds()[random.IntN(3)], Country: outage.Countries()[random.IntN(2)],
		At:       time.Unix(random.Int64N(1<<33), 0).UTC(),
		Reporter: random.Uint64() >> random.IntN(64), Prefix: random.Uint64() >> random.IntN(64), UndoHash: random.Uint64() >> random.IntN(64),
	}
	if random.IntN(3) > 0 {
		report.Since = time.Unix(1+random.Int64N(1<<33), 0).UTC()
	}
	if random.IntN(4) > 0 { // any index of resolution 6, f's among its digits or not
		report.Cell = outage.Cell(8<<56|6<<52|random.Uint64N(1<<52)) | (1<<27 - 1)
		report.Region = outage.Region(pick("IN-WB", "GB-TLJ"))
	}
	return report
}

func TestLogRowsRoundTrip(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 7))
	var rows []string
	var want []outage.Entry
	for range 500 {
		entry := outage.Entry{Report: randomReport(random), Sign: 1, Counted: true, Weight: 0.25, First: true}
		head := "+\t1\t250\t1\t"
		if random.IntN(2) == 0 {
			entry.Sign, entry.Counted, entry.Weight, entry.First = -1, false, 0, false
			head = "-\t0\t0\t0\t"
		}
		rows, want = append(rows, head+PlaceOf(placesOfTest).encodeReport(entry.Report)), append(want, entry)
	}
	got, err := DecodeEntries(strings.Join(rows, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("row %q was read as %+v, want %+v", rows[i], got[i], want[i])
		}
	}
}

func TestCellsRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	for range 1000 {
		cell := randomReport(random).Cell
		if got, err := unpackCell(packCell(cell)); err != nil || got != cell {
			t.Errorf("cell %s came back as %s, %v", cell, got, err)
		}
	}
}

// FuzzDecodeEntries decodes any text as log rows. Decoded rows can be encoded and decoded
// again with the same result.
func FuzzDecodeEntries(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 3))
	row := "+\t1\t1000\t1\t" + PlaceOf(placesOfTest).encodeReport(randomReport(random))
	f.Add(row)
	f.Add(row + "\n-" + row[1:])
	f.Add("")
	f.Add(strings.Repeat("\t", rowFields+3))
	f.Add("+" + strings.Repeat("\t", rowFields+3))
	f.Add(strings.Replace(row, "1000", "-99999999999999999999", 1))
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := DecodeEntries(text)
		if err != nil {
			if entries != nil {
				t.Errorf("%d entries beside the error %v", len(entries), err)
			}
			return
		}
		for _, entry := range entries {
			if entry.Cell.String() != "" && len(entry.Cell.String()) != cellDigits {
				continue // no cell of H3
			}
			again, err := DecodeEntries("+\t1\t0\t0\t" + PlaceOf(placesOfTest).encodeReport(entry.Report))
			if err != nil || len(again) != 1 || again[0].Report != entry.Report {
				t.Errorf("%+v was read again as %+v, %v", entry.Report, again, err)
			}
		}
	})
}

func FuzzDecodeCount(f *testing.F) {
	f.Add("whatsapp|IN|863cf2c67|p|send", "3")
	f.Add("whatsapp|IN||j|", "250")
	f.Add("||||", "")
	f.Add("a|b|zz|P|", "1")
	f.Fuzz(func(t *testing.T, field, value string) {
		count, err := decodeCount(field, value)
		if err == nil && (!count.Kind.Valid() || count.N > 0 && count.Submissions != count.N) {
			t.Errorf("%q %q was read as %+v", field, value, count)
		}
	})
}

// Each letter of a field gives its own sums.
func TestCountersOfEachLetter(t *testing.T) {
	want := map[string]outage.Count{
		"p|send":       {Kind: outage.Problem, Symptom: "send", N: 7, Submissions: 7},
		"P|send":       {Kind: outage.Problem, Symptom: "send", Submissions: 7},
		"kw|":          {Kind: outage.Works, Keyed: 7},
		"j|send":       {Kind: outage.Problem, Symptom: "send", Judged: .007},
		"x|":           {Kind: outage.Problem, Prefixes: 7},
		"f|send":       {Kind: outage.Problem, Symptom: "send", N: 7, Submissions: 7, Judged: 7},
		"q|send":       {Kind: outage.Problem, Symptom: "send", N: 7, Submissions: 7, Judged: 7, Prefixes: 7},
		"n5|":          {Kind: outage.Problem, Nodes: outage.NodeSet(5).Counts(7)},
		"oj|jio/IN-WB": {Kind: outage.Problem, Network: "jio", Region: "IN-WB", Judged: .007},
	}
	for end, want := range want {
		want.Service, want.Country = "whatsapp", "IN"
		if got, err := decodeCount("whatsapp|IN||"+end, "7"); err != nil || got != want {
			t.Errorf("%s was read as %+v, %v; want %+v", end, got, err, want)
		}
	}
}

// decodeCount reads one counter.
func decodeCount(field, value string) (outage.Count, error) {
	of, err := PlaceOf(placesOfTest).decodeField(field)
	if err != nil {
		return outage.Count{}, err
	}
	n, err := strconv.ParseInt(value, 10, 64)
	of.give(&of.of, n)
	return of.of, err
}
