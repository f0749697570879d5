package archive

import (
	"context"
	"fmt"
	"time"

	"github.com/open-downpour/downpour/pkg/retry"
)

// repairWaits are those between tries to make tables again that ClickHouse has lost.
var repairWaits = retry.Waits{First: 5 * time.Second, Most: 2 * time.Minute}

// repair makes the tables of the archive again where an error says that ClickHouse has lost
// them, as it does with its disk. Reports wait in the log meanwhile, and a batch that is
// current is inserted again, as after a crash. repaired says that the next try may succeed.
func (a *Archiver) repair(ctx context.Context, failed error, now time.Time) (repaired bool) {
	if !lost(failed) || now.Before(a.repairAfter) {
		return false
	}
	a.repairAfter = now.Add(a.repairs.Next())
	leads, err := a.Batches.Lead(ctx, a.server, leadFor)
	if err != nil || !leads {
		return false // the other server repairs, or the log fails, which is logged
	}
	if err := a.DB.restore(ctx, failed); err != nil {
		repairsTotal.WithLabelValues(repairFailed).Inc()
		a.Logger.Warn("clickhouse has lost the tables of the archive, and making them again failed; reports wait in the log", "error", err)
		return false
	}
	repairsTotal.WithLabelValues(repairMade).Inc()
	a.Logger.Error("clickhouse had lost tables of the archive; they are made again without the rows that they had, restore those from a backup", "error", failed)
	return true
}

// restore makes what is missing of the archive, its database too where an error says so. The
// tables are made as the migrations leave them before those run again: those that are still
// there are not a reason to make others of them.
func (d *DB) restore(ctx context.Context, failed error) error {
	if exceptionIn(failed, unknownDatabase) && d.createDatabase != nil {
		if err := d.createDatabase(ctx); err != nil {
			return oneLine{fmt.Errorf("creating the database: %w", err)}
		}
	}
	if err := d.addMissing(ctx); err != nil {
		return oneLine{fmt.Errorf("creating missing tables: %w", err)}
	}
	return d.Prepare(ctx)
}

// addMissing makes the tables and views that one server lacks. Prepare makes those of a
// cluster.
func (d *DB) addMissing(ctx context.Context) error {
	if d.cluster != nil {
		return nil
	}
	all, err := layout()
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := d.exec(ctx, one.statement()); err != nil {
			return err
		}
	}
	return nil
}

// checkExists returns an error where the archive has no tables.
func (d *DB) checkExists(ctx context.Context) error {
	_, err := d.number(ctx, "SELECT toInt64(max(version)) FROM migrations")
	return err
}
