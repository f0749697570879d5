package archive

import (
	"context"
	"fmt"
)

// damage is the number of broken parts of a table that ClickHouse has detached: their rows
// are missing from all queries.
type damage struct {
	table string
	parts int64
}

// damagedParts lists the tables with parts that ClickHouse could not read.
func (d *DB) damagedParts(ctx context.Context) (found []damage, err error) {
	query := fmt.Sprintf(`SELECT table, toInt64(count()) FROM %s
		WHERE database IN (%s) AND reason LIKE '%%broken%%' GROUP BY table ORDER BY table SETTINGS skip_unavailable_shards = 1`,
		d.everywhere("system.detached_parts"), d.databases())
	err = d.rows(ctx, query, nil, func(scan func(...any) error) error {
		var one damage
		err := scan(&one.table, &one.parts)
		found = append(found, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing damaged parts: %w", err)
	}
	return found, nil
}

// inspect counts the damaged parts, and logs each table whose number has grown.
func (a *Archiver) inspect(ctx context.Context) error {
	found, err := a.DB.damagedParts(ctx)
	if err != nil {
		return err
	}
	total := int64(0)
	for _, one := range found {
		total += one.parts
		if one.parts > a.logged[one.table] {
			a.Logger.Error("archive has damaged parts; their reports are missing, restore them from a copy or drop the detached parts",
				"table", one.table, "parts", one.parts)
		}
		a.logged[one.table] = one.parts
	}
	a.damaged.Store(total)
	return nil
}

// Damaged is the number of damaged parts as last counted.
func (a *Archiver) Damaged() int { return int(a.damaged.Load()) }
