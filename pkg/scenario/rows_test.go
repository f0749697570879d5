package scenario

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/open-downpour/downpour/pkg/country/countrytest"
	"github.com/open-downpour/downpour/pkg/outage"
)

const head = "timestamp,service,country,lat,lng,symptom,reporters,n\n"

func readAll(text string) ([]Row, error) {
	r, err := NewReader(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	var rows []Row
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

// with is the row with a network.
func (row Row) with(network string) Row {
	row.Network = network
	return row
}

func TestReadRows(t *testing.T) {
	minute := outage.MinuteOf(mustTime(t, "2025-02-28T15:19:00Z"))
	london := Row{
		Minute: minute, Service: "whatsapp", Country: countrytest.GB,
		Point: outage.LatLng{Lat: 51.5, Lng: -.12}, Placed: true, Symptom: "sending", Reporters: 3, N: 4,
	}
	unplaced := Row{Minute: minute + 1, Service: "a", Country: countrytest.IN}
	for _, c := range []struct {
		name, text string
		want       []Row
	}{
		{"CSV", head + "2025-02-28T15:19:00Z,whatsapp,GB,51.5,-0.12,sending,3,4\n2025-02-28T15:20:00Z,a,IN,,,,0,0\n", []Row{london, unplaced}},
		{"no newline at the end", head + "2025-02-28T15:19:00Z,whatsapp,GB,51.5,-0.12,sending,3,4", []Row{london}},
		{"blank lines at the end", head + "2025-02-28T15:19:00Z,whatsapp,GB,51.5,-0.12,sending,3,4\n\n \n", []Row{london}},
		{"lines end as on Windows", strings.ReplaceAll(head, "\n", "\r\n") + "2025-02-28T15:20:00Z,a,IN,,,,0,0\r\n", []Row{unplaced}},
		{"a byte order mark", "\ufeff" + head + "2025-02-28T15:20:00Z,a,IN,,,,0,0\n", []Row{unplaced}},
		{"columns in another order", "n,reporters,country,service,timestamp\n0,0,IN,a,2025-02-28T15:20:00Z\n", []Row{unplaced}},
		{"networks", strings.Replace(head, "n\n", "n,network\n", 1) + "2025-02-28T15:19:00Z,whatsapp,GB,51.5,-0.12,sending,3,4,bt\n2025-02-28T15:20:00Z,a,IN,,,,0,0,\n",
			[]Row{london.with("bt"), unplaced}},
		{"a network in NDJSON", `{"timestamp":"2025-02-28T15:20:00Z","service":"a","country":"IN","reporters":0,"n":0,"network":"jio"}`, []Row{unplaced.with("jio")}},
		{"quotes", head + `"2025-02-28T15:19:00Z","whatsapp",GB,"51.5",-0.12,sending,3,4` + "\n", []Row{london}},
		{"no offset is UTC", head + "2025-02-28T15:20:00+00:00,a,IN,,,,0,0\n", []Row{unplaced}},
		{"a header alone", head, nil},
		{"NDJSON", `{"timestamp":"2025-02-28T15:19:00Z","service":"whatsapp","country":"GB","lat":51.5,"lng":-0.12,"symptom":"sending","reporters":3,"n":4}` + "\n" +
			`{"n":0,"reporters":0,"country":"IN","service":"a","timestamp":"2025-02-28T15:20:00Z","lat":null,"lng":null,"symptom":null}` + "\n", []Row{london, unplaced}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readAll(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.want) {
				t.Fatalf("%d rows, want %d", len(got), len(c.want))
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("row %d is %+v, want %+v", i, got[i], c.want[i])
				}
			}
		})
	}
}

func TestBadRowsNameTheirLine(t *testing.T) {
	const good = "2025-02-28T15:19:00Z,a,GB,,,,1,1\n"
	const goodJSON = `{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","reporters":1,"n":1}` + "\n"
	for _, c := range []struct {
		name, text, field string
		line              int
	}{
		{"nothing", "", "", 1},
		{"no header", good, "", 1},
		{"an unknown column", "timestamp,service,country,reporters,n,extra\n", "", 1},
		{"a missing column", "timestamp,service,country,reporters\n", "n", 1},
		{"a column twice", "timestamp,service,country,reporters,n,n\n", "n", 1},
		{"lat without lng", "timestamp,service,country,lat,reporters,n\n", "lat", 1},
		{"too few fields", head + good + "2025-02-28T15:19:00Z,a,GB,,,,1\n", "", 3},
		{"too many fields", head + good + "2025-02-28T15:19:00Z,a,GB,,,,1,1,1\n", "", 3},
		{"a line cut off", head + good + "2025-02-28T15:1", "", 3},
		{"a blank line in between", head + "\n" + good, "", 2},
		{"no time", head + "yesterday,a,GB,,,,1,1\n", "timestamp", 2},
		{"not in UTC", head + "2025-02-28T15:19:00+05:30,a,GB,,,,1,1\n", "timestamp", 2},
		{"within a minute", head + "2025-02-28T15:19:30Z,a,GB,,,,1,1\n", "timestamp", 2},
		{"out of order", head + good + "2025-02-28T15:18:00Z,a,GB,,,,1,1\n", "timestamp", 3},
		{"no service", head + "2025-02-28T15:19:00Z,,GB,,,,1,1\n", "service", 2},
		{"no slug", head + "2025-02-28T15:19:00Z,a/b,GB,,,,1,1\n", "service", 2},
		{"a symptom that is no slug", head + "2025-02-28T15:19:00Z,a,GB,,,x y,1,1\n", "symptom", 2},
		{"a country that is not covered", head + "2025-02-28T15:19:00Z,a,FR,,,,1,1\n", "country", 2},
		{"a country in small letters", head + "2025-02-28T15:19:00Z,a,gb,,,,1,1\n", "country", 2},
		{"a latitude that is no number", head + "2025-02-28T15:19:00Z,a,GB,x,1,,1,1\n", "lat", 2},
		{"a latitude alone", head + "2025-02-28T15:19:00Z,a,GB,51,,,1,1\n", "lng", 2},
		{"a latitude beyond the pole", head + "2025-02-28T15:19:00Z,a,GB,91,0,,1,1\n", "lat", 2},
		{"a longitude that is not a number", head + "2025-02-28T15:19:00Z,a,GB,51,NaN,,1,1\n", "lng", 2},
		{"more reporters than reports", head + "2025-02-28T15:19:00Z,a,GB,,,,2,1\n", "reporters", 2},
		{"negative reporters", head + "2025-02-28T15:19:00Z,a,GB,,,,-1,1\n", "reporters", 2},
		{"half a reporter", head + "2025-02-28T15:19:00Z,a,GB,,,,0.5,1\n", "reporters", 2},
		{"no reports", head + "2025-02-28T15:19:00Z,a,GB,,,,0,\n", "n", 2},
		{"quotes that do not match", head + `"2025-02-28T15:19:00Z,a,GB,,,,1,1` + "\n", "", 2},
		{"a long line", head + strings.Repeat("a", longestLine+1) + "\n", "", 2},
		{"an endless line", head + strings.Repeat("a", readBuffer+1), "", 2},
		{"no object", goodJSON + "[]\n", "", 2},
		{"an object cut off", goodJSON + `{"timestamp":"2025-02-28T15:19:00Z","ser`, "", 2},
		{"two objects", goodJSON + strings.TrimSpace(goodJSON) + goodJSON, "", 2},
		{"an unknown key", `{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","reporters":1,"n":1,"m":1}` + "\n", "", 1},
		{"a missing key", goodJSON + `{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","reporters":1}` + "\n", "n", 2},
		{"a number as text", `{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","reporters":"1","n":1}` + "\n", "", 1},
		{"lat without lng in an object", `{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","lat":1,"reporters":1,"n":1}` + "\n", "lat", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readAll(c.text)
			known := outage.AsError(err)
			if known == nil {
				t.Fatalf("error %v, want one that names the line", err)
			}
			if known.Line != c.line || known.Field != c.field {
				t.Errorf("line %d, field %q (%v), want line %d, field %q", known.Line, known.Field, err, c.line, c.field)
			}
		})
	}
}

func TestPackedRows(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, head+strings.Repeat("2025-02-28T15:19:00Z,a,GB,,,,1,1\n", 2000))
	_ = w.Close()
	rows, err := readAll(packed.String())
	if err != nil || len(rows) != 2000 {
		t.Fatalf("%d rows, %v; want 2000", len(rows), err)
	}
	_, err = readAll(packed.String()[:packed.Len()-20])
	if known := outage.AsError(err); known == nil || known.Line == 0 {
		t.Errorf("error %v of a cut file, want one that names the line", err)
	}
	if _, err := readAll(packed.String()[:5]); err == nil {
		t.Error("no error of a damaged header")
	}
}

func TestWrittenRowsReadBack(t *testing.T) {
	rows := []Row{
		{Minute: 28925280, Service: "a", Country: countrytest.GB, Point: outage.LatLng{Lat: 51.50735, Lng: -.12776}, Placed: true, Symptom: "x", Reporters: 2, N: 3},
		{Minute: 28925280, Service: "b-c", Country: countrytest.IN, Reporters: 1, N: 1},
		{Minute: 28925290, Service: "a", Country: countrytest.IN, Point: outage.LatLng{Lat: -8, Lng: 179.99999}, Placed: true, N: 7},
	}
	for _, format := range []Format{CSV, NDJSON} {
		t.Run(string(format), func(t *testing.T) {
			var out bytes.Buffer
			w, err := NewWriter(&out, format)
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				if err := w.Write(&rows[i]); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			got, err := readAll(out.String())
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				if got[i] != rows[i] {
					t.Errorf("row %d is %+v, want %+v", i, got[i], rows[i])
				}
			}
		})
	}
	if _, err := NewWriter(&bytes.Buffer{}, "xml"); err == nil {
		t.Error("xml is taken for a format")
	}
}

func TestManyWordsDoNotFillTheMemory(t *testing.T) {
	r, err := NewReader(strings.NewReader(head))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * mostWords {
		r.word([]byte{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	if len(r.words) > mostWords {
		t.Errorf("%d words are kept, more than %d", len(r.words), mostWords)
	}
}

// FuzzReader reads what strangers send: it never panics, and what it takes
// keeps the promises of a row.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		head + "2025-02-28T15:19:00Z,whatsapp,GB,51.5,-0.12,sending,3,4\n",
		head + `"2025-02-28T15:19:00Z",a,IN,,,,0,"0"` + "\n\n",
		"n,reporters,country,service,timestamp\n0,0,IN,a,2025-02-28T15:20:00Z\n",
		`{"timestamp":"2025-02-28T15:19:00Z","service":"a","country":"GB","lat":1e1,"lng":2,"reporters":1,"n":1}`,
		"\x1f\x8b\x08\x00", "{", "\"", "", "\ufeff{}",
		head + "2025-02-28T15:19:00Z,a,GB,1e400,-Inf,,1,1\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, _ := readAll(text)
		for i, row := range rows {
			if row.Reporters < 0 || row.Reporters > row.N || !row.Country.Covered() || !slug([]byte(row.Service)) {
				t.Errorf("row %d is %+v", i, row)
			}
			if row.Placed && checkPoint(row.Point) != nil {
				t.Errorf("row %d lies at %v", i, row.Point)
			}
			if i > 0 && row.Minute < rows[i-1].Minute {
				t.Errorf("row %d is out of order", i)
			}
		}
	})
}

func BenchmarkReadCSV(b *testing.B) {
	line := "2025-02-28T15:19:00Z,whatsapp,GB,51.50735,-0.12776,sending,3,4\n"
	text := head + strings.Repeat(line, 100_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(strings.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		for !errors.Is(err, io.EOF) {
			if _, err = r.Read(); err != nil && !errors.Is(err, io.EOF) {
				b.Fatal(err)
			}
		}
	}
}
