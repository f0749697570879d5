package csvtable

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestEach(t *testing.T) {
	const table = "# a comment\nname,population,hi\n\"Newport, Wales\",128060,\nLeeds,516298,\u0932\u0940\u0921\u094d\u0938\n"
	var got, columns []string
	err := Each("the table", []byte(table), []string{"population", "name"}, func(row Row) error {
		got = append(got, row.Get("name")+" "+row.Get("population")+row.Get("none"))
		columns = columns[:0]
		row.All(func(column, _ string) { columns = append(columns, column) })
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"Newport, Wales 128060", "Leeds 516298"}) {
		t.Errorf("%q, %v", got, err)
	}
	if !slices.Equal(columns, []string{"name", "population", "hi"}) {
		t.Errorf("columns %q", columns)
	}
}

func TestFaultsNameTheirLine(t *testing.T) {
	for name, c := range map[string]struct{ table, want string }{
		"empty":            {"", `reading the table: the header has no column "name"`},
		"another header":   {"city,cell\n", `the header has no column "name"`},
		"a short line":     {"name,population\nLeeds,1\nYork\n", "line 3"},
		"a line refused":   {"name,population\nLeeds,1\nYork,2\n", "reading the table: line 3: no York"},
		"after a comment":  {"# x\nname,population\n# y\nYork,2\n", "line 4"},
		"an open quote":    {"name,population\n\"Leeds,1\n", "line 2"},
		"a quote too many": {"name,population\nLe\"eds,1\n", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Each("the table", []byte(c.table), []string{"name"}, func(row Row) error {
				if row.Get("name") == "York" {
					return errors.New("no York")
				}
				return nil
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	body, err := Encode([]string{"name", "n"}, [][]string{{"Newport, Wales", "3"}, {`a "b"`, ""}})
	if want := "name,n\r\n\"Newport, Wales\",3\r\n\"a \"\"b\"\"\",\r\n"; err != nil || string(body) != want {
		t.Errorf("%q, %v; want %q", body, err, want)
	}
}

func TestMark(t *testing.T) {
	for table, want := range map[string]string{
		"a,b\n1,2\n":         "a,b,x\n1,2,x\n",
		"a,b\r\n1,\"2\"\r\n": "a,b,x\r\n1,\"2\",x\r\n",
		"":                   "",
	} {
		if got := string(Mark([]byte(table), "x")); got != want {
			t.Errorf("%q is marked as %q, want %q", table, got, want)
		}
	}
}
