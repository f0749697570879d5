package archive

import (
	"context"
	"errors"
	"fmt"
)

// clusterVersion is the version that a new cluster is made at. Each later migration needs
// an entry in clusterMigrations.
const clusterVersion = 9

// clusterMigrations are the statements of migrations after clusterVersion for a cluster, by
// number. Each is run on one replica of every shard, in the database of its part.
var clusterMigrations = map[int][]string{}

// anyDatabase exists on every server.
const anyDatabase = "default"

// migrateCluster makes the tables on all servers of the cluster that lack some: on all of a
// new cluster, and on a replica that was added. Every statement can be run again, and by two
// servers at once.
func (d *DB) migrateCluster(ctx context.Context) error {
	c := d.cluster
	admin, err := c.admin()
	if err != nil {
		return err
	}
	defer admin.Close()
	if err := admin.supported(ctx); err != nil {
		return err
	}
	if _, err := c.all(ctx); err != nil {
		return err
	}
	others, err := admin.number(ctx, "SELECT toInt64(count()) FROM system.tables WHERE database = ? AND name = 'reports' AND engine != 'Distributed'", c.database)
	if err != nil {
		return fmt.Errorf("looking for tables of a single server: %w", err)
	}
	if others > 0 {
		return refuse("database %s has the tables of a single server; name another one for cluster %s", c.database, c.cluster)
	}
	if err := admin.complement(ctx); err != nil {
		return fmt.Errorf("making the tables on cluster %s (the user needs the rights to create databases and tables, and CLUSTER and REMOTE): %w", c.cluster, err)
	}
	return d.advance(ctx)
}

// admin is a client of all servers that needs no database.
func (c *cluster) admin() (*DB, error) {
	db, err := c.connect(c.addresses, anyDatabase, quorum)
	if err != nil {
		return nil, err
	}
	db.cluster = &cluster{placement: c.placement} // whose shards it does not close
	return db, nil
}

var errTablesMissing = errors.New("some servers do not have them yet")

// complement makes what servers that answer lack.
func (d *DB) complement(ctx context.Context) error {
	whole, err := d.whole(ctx)
	if err != nil || whole {
		return err
	}
	statements, err := d.cluster.statements()
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if err := d.exec(ctx, statement); err != nil {
			return err
		}
	}
	if whole, err = d.whole(ctx); err == nil && !whole {
		err = errTablesMissing
	}
	return err
}

// whole reports whether all servers that answer have all tables and views.
func (d *DB) whole(ctx context.Context) (bool, error) {
	all, err := layout()
	if err != nil {
		return false, err
	}
	relations := len(all)
	for _, one := range all {
		if one.sharded() {
			relations++ // the table that reads all shards
		}
	}
	query := fmt.Sprintf(`SELECT toInt64((SELECT count() FROM %s WHERE database IN (%s)) >= (SELECT count() FROM %s) * %d) SETTINGS skip_unavailable_shards = 1`,
		d.everywhere("system.tables"), d.databases(), d.everywhere("system.one"), relations)
	whole, err := d.number(ctx, query)
	return whole == 1, err
}

// advance runs the migrations after the version that the cluster has.
func (d *DB) advance(ctx context.Context) error {
	version, err := d.number(d.consistent(ctx), "SELECT toInt64(max(version)) FROM migrations")
	if err != nil {
		return fmt.Errorf("reading the version of the tables: %w", err)
	}
	if int(version) > len(migrations) {
		return tooNew(version)
	}
	for number := max(int(version)+1, clusterVersion); number <= len(migrations); number++ {
		shards, err := d.cluster.all(ctx)
		if err != nil {
			return err
		}
		for _, shard := range shards {
			for _, statement := range clusterMigrations[number] {
				if err := shard.exec(ctx, statement); err != nil {
					return fmt.Errorf("migrating the archive to version %d: %w", number, err)
				}
			}
		}
		if err := d.exec(ctx, fmt.Sprintf("INSERT INTO migrations (version) VALUES (%d)", number)); err != nil {
			return fmt.Errorf("migrating the archive to version %d: %w", number, err)
		}
	}
	return nil
}
