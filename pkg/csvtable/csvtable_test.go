package csvtable

import (
	"slices"
	"strings"
	"testing"
)

func TestRows(t *testing.T) {
	rows, err := Rows("the table", []byte("name,population\n\"Newport, Wales\",128060\nLeeds,516298\n"), "name,population")
	if err != nil || len(rows) != 2 || !slices.Equal(rows[0], []string{"Newport, Wales", "128060"}) {
		t.Errorf("%q, %v", rows, err)
	}
	for name, c := range map[string]struct{ table, want string }{
		"empty":          {"", `reading the table: want the header "name,population"`},
		"another header": {"name,cell\n", `want the header "name,population"`},
		"a short line":   {"name,population\nLeeds\n", "line 2"},
	} {
		if _, err := Rows("the table", []byte(c.table), "name,population"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
