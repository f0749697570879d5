package archive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A relation is a table or a materialized view as the migrations leave it in a database
// that was empty. Clusters are made from them, so that no column is written down twice.
type relation struct {
	name    string
	columns []string // of a table, as they were defined
	engine  string   // of a table, such as SummingMergeTree((n))
	clauses string   // of a table, from PARTITION BY to its settings
	to      string   // the table that a view writes
	query   string   // of a view
}

// sharded reports whether batches of reports are inserted into a table: those store the
// tokens of batches. Each shard of a cluster has rows of its own in them, and all rows of
// the others.
func (r relation) sharded() bool { return strings.Contains(r.clauses, tokenWindow) }

func (r relation) isView() bool { return r.to != "" }

// statement makes a relation on a single server that lacks it.
func (r relation) statement() string {
	if r.isView() {
		return fmt.Sprintf("CREATE MATERIALIZED VIEW IF NOT EXISTS %s TO %s AS\n%s", r.name, r.to, r.query)
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (\n\t%s\n) ENGINE = %s\n%s", r.name, strings.Join(r.columns, ",\n\t"), r.engine, r.clauses)
}

// tokenWindow is the setting with how many tokens a table of a single server stores.
const tokenWindow = "non_replicated_deduplication_window"

// The statements of migrations that change the layout, and those that only change rows.
var (
	createTable  = regexp.MustCompile(`(?s)^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*)\)\s+ENGINE = (.*?)(\s+(?:PARTITION|ORDER) BY .*)$`)
	createView   = regexp.MustCompile(`(?s)^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS\s+(.*)$`)
	dropRelation = regexp.MustCompile(`^DROP (?:TABLE|VIEW) IF EXISTS (\w+)$`)
	renameTables = regexp.MustCompile(`^RENAME TABLE (.*)$`)
	addColumn    = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN IF NOT EXISTS (.*) AFTER (\w+)$`)
	modifyColumn = regexp.MustCompile(`^ALTER TABLE (\w+) MODIFY COLUMN (.*?)(?: SETTINGS .*)?$`)
	dropColumn   = regexp.MustCompile(`^ALTER TABLE (\w+) DROP COLUMN IF EXISTS (\w+)(?: SETTINGS .*)?$`)
	onlyRows     = regexp.MustCompile(`(?s)^(?:INSERT INTO|TRUNCATE TABLE|ALTER TABLE \w+ UPDATE) .*$`)
)

// layout is what all migrations leave, in the order in which it can be made. It ignores the
// conditions of steps, which hold in an empty database.
func layout() ([]relation, error) {
	l := relations{}
	statements := []string{migrationsTable}
	for _, migration := range migrations {
		for _, step := range migration {
			statements = append(statements, step.statement)
		}
	}
	for _, statement := range statements {
		if err := l.apply(statement); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(l, func(a, b relation) int { return order(a) - order(b) })
	return l, nil
}

// order puts tables before the views that write them.
func order(r relation) int {
	if r.isView() {
		return 1
	}
	return 0
}

type relations []relation

// apply changes the layout as a statement does.
func (l *relations) apply(statement string) error {
	if m := createTable.FindStringSubmatch(statement); m != nil {
		l.add(relation{name: m[1], columns: definitions(m[2]), engine: m[3], clauses: strings.TrimSpace(m[4])})
	} else if m := createView.FindStringSubmatch(statement); m != nil {
		l.add(relation{name: m[1], to: m[2], query: m[3]})
	} else if m := dropRelation.FindStringSubmatch(statement); m != nil {
		*l = slices.DeleteFunc(*l, func(r relation) bool { return r.name == m[1] })
	} else if m := renameTables.FindStringSubmatch(statement); m != nil {
		for _, pair := range strings.Split(m[1], ", ") {
			from, to, _ := strings.Cut(pair, " TO ")
			l.table(from).name = to
		}
	} else if m := addColumn.FindStringSubmatch(statement); m != nil {
		of := l.table(m[1])
		of.columns = slices.Insert(of.columns, of.column(m[3])+1, m[2])
	} else if m := modifyColumn.FindStringSubmatch(statement); m != nil {
		of := l.table(m[1])
		of.columns[of.column(firstWord(m[2]))] = m[2]
	} else if m := dropColumn.FindStringSubmatch(statement); m != nil {
		of := l.table(m[1])
		of.columns = slices.Delete(of.columns, of.column(m[2]), of.column(m[2])+1)
	} else if !onlyRows.MatchString(statement) {
		return fmt.Errorf("the layout of the archive cannot be derived from: %s", statement)
	}
	return nil
}

// add appends a relation, unless there is one of its name.
func (l *relations) add(r relation) {
	if !slices.ContainsFunc(*l, func(other relation) bool { return other.name == r.name }) {
		*l = append(*l, r)
	}
}

// table is a relation by its name; one without columns where there is none.
func (l *relations) table(name string) *relation {
	for i := range *l {
		if (*l)[i].name == name {
			return &(*l)[i]
		}
	}
	return &relation{}
}

// column is the position of a column by its name.
func (r *relation) column(name string) int {
	return slices.IndexFunc(r.columns, func(definition string) bool { return firstWord(definition) == name })
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// definitions are those of columns, which commas outside of parentheses divide.
func definitions(text string) (all []string) {
	depth, from := 0, 0
	for i, sign := range text + "," {
		switch {
		case sign == '(':
			depth++
		case sign == ')':
			depth--
		case sign == ',' && depth == 0:
			all = append(all, strings.Join(strings.Fields(text[from:min(i, len(text))]), " "))
			from = i + 1
		}
	}
	return all
}
