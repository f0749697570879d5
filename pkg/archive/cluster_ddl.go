package archive

import (
	"fmt"
	"regexp"
	"strings"
)

// A ClickHouse cluster has two databases of each archive. The one that is named in the
// address of ClickHouse is the whole archive: the Distributed tables that read all shards,
// and the small tables, of which every replica of every shard has all rows. The other, with
// shardSuffix behind its name, has the part of a shard, in tables of the same names.
const shardSuffix = "_shard"

// deduplicatedFor is how long a token is stored, in seconds: a batch may wait that long for
// ClickHouse and still be recognised. A single server stores tokens without a limit of time.
const deduplicatedFor = 30 * 24 * 3600

// placement is where the relations of a cluster are.
type placement struct {
	cluster  string
	database string // of the whole archive
	shard    string // the database of a shard's part
	// plain makes tables of a single server, as tests need that have one.
	plain bool
}

// statements make the archive on every server of the cluster that lacks a part of it.
func (p placement) statements() ([]string, error) {
	all, err := layout()
	if err != nil {
		return nil, err
	}
	var statements []string
	for _, database := range []string{p.database, p.shard} {
		statements = append(statements, "CREATE DATABASE IF NOT EXISTS "+quotedName(database)+p.everywhere())
	}
	sharded := map[string]bool{}
	for _, one := range all {
		sharded[one.name] = one.sharded()
		if one.isView() {
			statements = append(statements, p.view(one, p.home(sharded[one.to])))
		} else {
			statements = append(statements, p.table(one))
		}
	}
	for _, one := range all {
		if one.sharded() {
			statements = append(statements, p.distributed(one.name, p.shard))
		}
	}
	return statements, nil
}

func (p placement) everywhere() string {
	if p.plain {
		return ""
	}
	return " ON CLUSTER " + quotedName(p.cluster)
}

// home is the database of a table.
func (p placement) home(sharded bool) string {
	if sharded {
		return p.shard
	}
	return p.database
}

func (p placement) table(r relation) string {
	name := quotedName(p.home(r.sharded())) + "." + r.name
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s%s (\n\t%s\n) ENGINE = %s\n%s",
		name, p.everywhere(), strings.Join(r.columns, ",\n\t"), p.engine(r), p.clauses(r))
}

// engine is the replicated form of an engine. Its path in Keeper has the database, so that
// several archives can share a Keeper; a table that is not sharded is one and the same on
// all servers.
func (p placement) engine(r relation) string {
	if p.plain {
		return r.engine
	}
	path, replica := fmt.Sprintf("/clickhouse/tables/%s/%s/%s", p.cluster, p.home(r.sharded()), r.name), "{shard}-{replica}"
	if r.sharded() {
		path, replica = path+"/{shard}", "{replica}"
	}
	kind, columns, _ := strings.Cut(strings.TrimSuffix(r.engine, ")"), "(")
	if columns != "" {
		columns = ", " + columns
	}
	return fmt.Sprintf("Replicated%s('%s', '%s'%s)", kind, path, replica, columns)
}

var windowSize = regexp.MustCompile(tokenWindow + ` = (\d+)`)

// clauses are those of a table with the settings of replicated ones. Tables that batches are
// not inserted into store no tokens, as on a single server.
func (p placement) clauses(r relation) string {
	text := strings.ReplaceAll(r.clauses, "\t", "")
	if p.plain {
		return text
	}
	if r.sharded() {
		return windowSize.ReplaceAllString(text, fmt.Sprintf("replicated_deduplication_window = $1, replicated_deduplication_window_seconds = %d", deduplicatedFor))
	}
	return text + "\nSETTINGS replicated_deduplication_window = 0"
}

var readsFrom = regexp.MustCompile(`\bFROM (\w+)`)

// view sums up what is inserted into the part of a shard, into a table of a database.
func (p placement) view(r relation, home string) string {
	query := readsFrom.ReplaceAllString(strings.ReplaceAll(r.query, "\t", ""), "FROM "+quotedName(p.shard)+".$1")
	return fmt.Sprintf("CREATE MATERIALIZED VIEW IF NOT EXISTS %s.%s%s TO %s.%s AS\n%s",
		quotedName(p.shard), r.name, p.everywhere(), quotedName(home), r.to, query)
}

// distributed reads a table of all shards. Without a key that divides rows it takes none:
// batches go to a shard as a whole.
func (p placement) distributed(name, shard string) string {
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %[1]s.%[2]s%[3]s AS %[4]s.%[2]s ENGINE = Distributed('%[5]s', '%[6]s', '%[2]s')",
		quotedName(p.database), name, p.everywhere(), quotedName(shard), p.cluster, shard)
}
