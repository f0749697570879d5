package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// reportIDs asks for the id of each report, without its shard, and whether it was added (1) or taken back (-1).
const reportIDs = `SELECT lower(concat(leftPad(hex(toUInt32(intDiv(toUnixTimestamp(received), 60))), 8, '0'), leftPad(hex(random), 16, '0'))), sign FROM reports FORMAT TSV`

// mostError is how much of an error of ClickHouse is shown.
const mostError = 1000

// ArchivedIDs reads the ids of all reports from the HTTP interface of a ClickHouse, whose
// address has the user, the password and, as its path, the database.
func ArchivedIDs(ctx context.Context, clickhouse string) (rows func(each func(id string, undone bool)) error, err error) {
	to, err := url.Parse(clickhouse)
	if err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return nil, fmt.Errorf("--clickhouse: must be an http(s):// address")
	}
	query := to.Query()
	if database := strings.Trim(to.Path, "/"); database != "" {
		query.Set("database", database)
	}
	to.Path, to.RawQuery = "/", query.Encode()
	return func(each func(id string, undone bool)) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(reportIDs))
		if err != nil {
			return fmt.Errorf("--clickhouse: %w", err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			text, _ := io.ReadAll(io.LimitReader(response.Body, mostError))
			return fmt.Errorf("reading the archive: %s: %s", response.Status, text)
		}
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			id, sign, _ := strings.Cut(lines.Text(), "\t")
			each(id, sign == "-1")
		}
		if err := lines.Err(); err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		return nil
	}, nil
}
