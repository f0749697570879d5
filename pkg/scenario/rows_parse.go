package scenario

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/open-downpour/downpour/pkg/outage"
)

// csvLine is where the fields of a CSV line stand.
type csvLine struct {
	at     [len(columns)]int // position of each column, -1 where there is none
	width  int               // fields in a line
	fields [][]byte
}

// header reads the first line of CSV. Columns may stand in any order; those of
// the place, the symptom and the network may be absent; no other may be present.
func (r *Reader) header() error {
	line, err := r.raw()
	if err != nil {
		return err
	}
	for i := range r.csv.at {
		r.csv.at[i] = -1
	}
	if err := r.csv.split(line); err != nil {
		return r.at(err)
	}
	for position, name := range r.csv.fields {
		column := columnOf(string(bytes.TrimSpace(name)))
		if column < 0 {
			return r.at(outage.Unknown("", "the header names %s, which is no column of a row", shown(name)))
		}
		if r.csv.at[column] >= 0 {
			return r.at(outage.Invalid(columns[column], "stands in the header twice"))
		}
		r.csv.at[column] = position
	}
	for _, column := range []int{colTimestamp, colService, colCountry, colReporters, colN} {
		if r.csv.at[column] < 0 {
			return r.at(outage.Invalid(columns[column], "is missing in the header"))
		}
	}
	if (r.csv.at[colLat] < 0) != (r.csv.at[colLng] < 0) {
		return r.at(outage.Invalid("lat", "and lng stand together or not at all"))
	}
	r.csv.width = len(r.csv.fields)
	return nil
}

func columnOf(name string) int {
	for i, column := range columns {
		if column == name {
			return i
		}
	}
	return -1
}

// split cuts a line into its fields. Lines with quotes are rare in counts and
// left to the standard library.
func (l *csvLine) split(line []byte) error {
	l.fields = l.fields[:0]
	if bytes.IndexByte(line, '"') >= 0 {
		record, err := csv.NewReader(bytes.NewReader(line)).Read()
		if err != nil {
			return outage.Invalid("", "the quotes of the line do not match")
		}
		for _, field := range record {
			l.fields = append(l.fields, []byte(field))
		}
		return nil
	}
	for {
		end := bytes.IndexByte(line, ',')
		if end < 0 {
			l.fields = append(l.fields, line)
			return nil
		}
		l.fields = append(l.fields, line[:end])
		line = line[end+1:]
	}
}

// field is a column of the present line, empty where there is none.
func (l *csvLine) field(column int) []byte {
	if at := l.at[column]; at >= 0 {
		return l.fields[at]
	}
	return nil
}

func (r *Reader) parseCSV(line []byte, row *Row) error {
	l := &r.csv
	if err := l.split(line); err != nil {
		return err
	}
	if len(l.fields) != l.width {
		return outage.Invalid("", "the line has %d fields, the header %d", len(l.fields), l.width)
	}
	if err := r.parseWords(row, l.field(colTimestamp), l.field(colService), l.field(colCountry), l.field(colSymptom), l.field(colNetwork)); err != nil {
		return err
	}
	if err := row.parsePoint(l.field(colLat), l.field(colLng)); err != nil {
		return err
	}
	var err error
	if row.Reporters, err = wholeNumber("reporters", l.field(colReporters)); err != nil {
		return err
	}
	if row.N, err = wholeNumber("n", l.field(colN)); err != nil {
		return err
	}
	return checkCounts(row.Reporters, row.N)
}

// parseWords fills in what both formats write as text.
func (r *Reader) parseWords(row *Row, timestamp, service, country, symptom, network []byte) error {
	if !slug(service) {
		return outage.Invalid("service", "%s is no slug", shown(service))
	}
	if len(symptom) > 0 && !slug(symptom) {
		return outage.Invalid("symptom", "%s is no slug", shown(symptom))
	}
	if len(network) > 0 && !slug(network) {
		return outage.Invalid("network", "%s is no slug", shown(network))
	}
	if row.Country = coveredCountry(country); row.Country == "" {
		return outage.Unknown("country", "%s is not covered", shown(country))
	}
	row.Service, row.Symptom = r.word(service), r.word(symptom)
	row.Network = r.word(network)
	return r.parseTime(row, timestamp)
}

// coveredCountry is the country of a code, "" for one that is not covered. It makes no
// text of its own, since a file has a code in each line.
func coveredCountry(code []byte) outage.Country {
	for _, country := range outage.Countries() {
		if string(code) == string(country) {
			return country
		}
	}
	return ""
}

// parseTime reads the minute. Most rows have that of the row before.
func (r *Reader) parseTime(row *Row, timestamp []byte) error {
	if r.any && bytes.Equal(timestamp, r.stamp) {
		row.Minute = r.last
		return nil
	}
	t, err := time.Parse(time.RFC3339, string(timestamp))
	if err != nil {
		return outage.Invalid("timestamp", "%s is no time of the form 2025-02-28T15:19:00Z", shown(timestamp))
	}
	if _, offset := t.Zone(); offset != 0 {
		return outage.Invalid("timestamp", "is not in UTC")
	}
	if t.Second() != 0 || t.Nanosecond() != 0 {
		return outage.Invalid("timestamp", "is not a whole minute")
	}
	row.Minute = outage.MinuteOf(t)
	r.stamp = append(r.stamp[:0], timestamp...)
	return nil
}

func (row *Row) parsePoint(lat, lng []byte) error {
	if len(lat) == 0 && len(lng) == 0 {
		return nil
	}
	var err error
	if row.Point.Lat, err = strconv.ParseFloat(string(lat), 64); err != nil {
		return outage.Invalid("lat", "%s is no number", shown(lat))
	}
	if row.Point.Lng, err = strconv.ParseFloat(string(lng), 64); err != nil {
		return outage.Invalid("lng", "%s is no number", shown(lng))
	}
	row.Placed = true
	return checkPoint(row.Point)
}

func wholeNumber(field string, text []byte) (int, error) {
	n, err := strconv.Atoi(string(text))
	if err != nil {
		return 0, outage.Invalid(field, "%s is no whole number", shown(text))
	}
	return n, nil
}

// jsonRow is a row as an object. Pointers tell absent from zero.
type jsonRow struct {
	Timestamp *string  `json:"timestamp"`
	Service   *string  `json:"service"`
	Country   *string  `json:"country"`
	Lat       *float64 `json:"lat"`
	Lng       *float64 `json:"lng"`
	Symptom   *string  `json:"symptom"`
	Reporters *int     `json:"reporters"`
	N         *int     `json:"n"`
	Network   *string  `json:"network"`
}

func (r *Reader) parseJSON(line []byte, row *Row) error {
	var raw jsonRow
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&raw); err != nil {
		return outage.Invalid("", "the line is no object of a row: %s", shown([]byte(err.Error())))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return outage.Invalid("", "something follows the object of the line")
	}
	for _, needed := range []struct {
		name    string
		missing bool
	}{
		{"timestamp", raw.Timestamp == nil}, {"service", raw.Service == nil}, {"country", raw.Country == nil},
		{"reporters", raw.Reporters == nil}, {"n", raw.N == nil},
	} {
		if needed.missing {
			return outage.Invalid(needed.name, "is missing")
		}
	}
	symptom, network := []byte(nil), []byte(nil)
	if raw.Symptom != nil {
		symptom = []byte(*raw.Symptom)
	}
	if raw.Network != nil {
		network = []byte(*raw.Network)
	}
	if err := r.parseWords(row, []byte(*raw.Timestamp), []byte(*raw.Service), []byte(*raw.Country), symptom, network); err != nil {
		return err
	}
	if (raw.Lat == nil) != (raw.Lng == nil) {
		return outage.Invalid("lat", "and lng stand together or not at all")
	}
	if raw.Lat != nil {
		row.Point, row.Placed = outage.LatLng{Lat: *raw.Lat, Lng: *raw.Lng}, true
		if err := checkPoint(row.Point); err != nil {
			return err
		}
	}
	row.Reporters, row.N = *raw.Reporters, *raw.N
	return checkCounts(row.Reporters, row.N)
}
