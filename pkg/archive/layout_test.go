package archive

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// The layout that is derived from the text of the migrations is the one that they make.
func TestLayoutIsThatOfTheMigrations(t *testing.T) {
	migrated, derived := prepared(t, embeddedDB(t)), embeddedDB(t)
	all, err := layout()
	must(t, err)
	for _, one := range all {
		must(t, derived.exec(context.Background(), one.onSingle()))
	}
	want, got := tablesOf(t, migrated), tablesOf(t, derived)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s is derived as\n%s\nbut the migrations make\n%s", name, got[name], text)
		}
		delete(got, name)
	}
	for name := range got {
		t.Errorf("%s is derived, but the migrations do not make it", name)
	}
}

// tablesOf are the statements of all tables and views of a database, by name.
func tablesOf(t testing.TB, db *DB) map[string]string {
	t.Helper()
	texts, database := map[string]string{}, ""
	must(t, db.conn.QueryRow(context.Background(), "SELECT currentDatabase()").Scan(&database))
	err := db.rows(context.Background(), "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()", nil, func(scan func(...any) error) error {
		var name, text string
		err := scan(&name, &text)
		texts[name] = strings.ReplaceAll(text, database+".", "")
		return err
	})
	must(t, err)
	return texts
}

func TestUnknownStatementsHaveNoLayout(t *testing.T) {
	for _, statement := range []string{"CREATE TABLE x", "EXCHANGE TABLES a AND b", "ALTER TABLE x RENAME COLUMN a TO b"} {
		if err := (&relations{}).apply(statement); err == nil {
			t.Error(fmt.Errorf("%s: no error", statement))
		}
	}
}

// onSingle makes the relation on a single server.
func (r relation) onSingle() string {
	if r.isView() {
		return fmt.Sprintf("CREATE MATERIALIZED VIEW %s TO %s AS %s", r.name, r.to, r.query)
	}
	return fmt.Sprintf("CREATE TABLE %s (%s) ENGINE = %s %s", r.name, strings.Join(r.columns, ", "), r.engine, r.clauses)
}
