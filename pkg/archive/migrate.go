package archive

import (
	"context"
	"fmt"
	"strings"
)

// refusal is a permanent error.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

func refuse(format string, arguments ...any) error {
	return refusal{fmt.Errorf(format, arguments...)}
}

// oneLine is an error whose text is one line, whatever ClickHouse returned.
type oneLine struct{ error }

func (o oneLine) Error() string { return strings.Join(strings.Fields(o.error.Error()), " ") }

func (o oneLine) Unwrap() error { return o.error }

// migrationsTable has the numbers of the migrations that have run.
const migrationsTable = `CREATE TABLE IF NOT EXISTS migrations (version UInt32, at DateTime('UTC') DEFAULT now())
		ENGINE = MergeTree ORDER BY version`

// Prepare checks that ClickHouse can be used, and migrates the tables. The caller ensures
// that only one server does so at a time. Each error is one line with a remedy.
func (d *DB) Prepare(ctx context.Context) error {
	if err := d.migrate(ctx); err != nil {
		return oneLine{err}
	}
	return nil
}

func (d *DB) migrate(ctx context.Context) error {
	if d.cluster != nil {
		return d.migrateCluster(ctx)
	}
	if err := d.supported(ctx); err != nil {
		return err
	}
	if err := d.exec(ctx, migrationsTable); err != nil {
		return fmt.Errorf("creating the table of migrations (the user needs the right to create tables): %w", err)
	}
	ofCluster, err := d.number(ctx, "SELECT toInt64(count()) FROM system.tables WHERE database = currentDatabase() AND name = 'reports' AND engine = 'Distributed'")
	if err != nil {
		return fmt.Errorf("looking for tables of a cluster: %w", err)
	}
	if ofCluster > 0 {
		return refuse("the database has the tables of a cluster; name the cluster, or another database")
	}
	version, err := d.number(ctx, "SELECT toInt64(max(version)) FROM migrations")
	if err != nil {
		return fmt.Errorf("reading the version of the tables: %w", err)
	}
	if int(version) > len(migrations) {
		return tooNew(version)
	}
	for number := int(version) + 1; number <= len(migrations); number++ {
		for _, step := range migrations[number-1] {
			if err := d.take(ctx, step); err != nil {
				return fmt.Errorf("migrating the archive to version %d: %w", number, err)
			}
		}
		if err := d.exec(ctx, fmt.Sprintf("INSERT INTO migrations (version) VALUES (%d)", number)); err != nil {
			return fmt.Errorf("migrating the archive to version %d: %w", number, err)
		}
	}
	return nil
}

// supported refuses a release of ClickHouse that is too old.
func (d *DB) supported(ctx context.Context) error {
	text, year, month, err := d.release(ctx)
	if err != nil {
		return fmt.Errorf("reading the version of clickhouse: %w", err)
	}
	if year < oldestYear || year == oldestYear && month < oldestMonth {
		return refuse("clickhouse is release %s, and %d.%d or newer is needed", text, oldestYear, oldestMonth)
	}
	return nil
}

func tooNew(version int64) error {
	return refuse("the archive was made by a newer downpour: its tables are of version %d, this program knows %d",
		version, len(migrations))
}

// take runs a step of a migration, where it is to be run.
func (d *DB) take(ctx context.Context, step step) error {
	if step.when != "" {
		if wanted, err := d.number(ctx, step.when); err != nil || wanted == 0 {
			return err
		}
	}
	return d.exec(ctx, step.statement)
}
