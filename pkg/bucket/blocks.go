package bucket

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/open-downpour/downpour/pkg/outage"
)

// minutesAtOnce bounds the minutes of one round trip of Blocks.
const minutesAtOnce = 60

// Blocks returns the parts of blocks of networks in the judged reports of a span, in any
// order. They are not restored after Redis lost its data. An undone report is not
// subtracted from its block, so that a part is never too small.
func (r *Redis) Blocks(ctx context.Context, span outage.Span) ([]outage.BlockCount, error) {
	var counts []outage.BlockCount
	for from := span.From; from < span.To; from += minutesAtOnce {
		var err error
		if counts, err = r.appendBlocks(ctx, counts, outage.Span{From: from, To: min(span.To, from+minutesAtOnce)}); err != nil {
			return nil, fmt.Errorf("reading the blocks of networks: %w", err)
		}
	}
	return counts, nil
}

func (r *Redis) appendBlocks(ctx context.Context, to []outage.BlockCount, span outage.Span) ([]outage.BlockCount, error) {
	type reply struct {
		minute outage.Minute
		fields func() map[string]string
	}
	var replies []reply
	pipe := r.client.Pipeline()
	for minute := span.From; minute < span.To; minute++ {
		for shard := range Shards {
			replies = append(replies, reply{minute, pipe.HGetAll(ctx, blocksKey(shard, minute)).Val})
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	for _, reply := range replies {
		for field, value := range reply.fields() {
			count, err := decodeBlock(field, value)
			if err != nil {
				return nil, err
			}
			count.Start = reply.minute
			to = append(to, count)
		}
	}
	return to, nil
}

// decodeBlock reads one field of the blocks of a minute: service|country|cell|
// and the bytes of the block, which may be any.
func decodeBlock(field, value string) (count outage.BlockCount, err error) {
	at := len(field) - blockBytes
	if at < 0 {
		return count, fmt.Errorf("reading block %q: it is too short", field)
	}
	parts := strings.Split(field[:at], "|")
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || len(parts) != 4 {
		return count, fmt.Errorf("reading block %q: malformed value %q", field, value)
	}
	place, err := PlaceOf(nil).unpack(parts[2])
	if err != nil {
		return count, fmt.Errorf("reading block %q: %w", field, err)
	}
	count.Service, count.Country, count.Cell = parts[0], outage.Country(parts[1]), place.cell
	count.Reporters = float64(n) / 1000
	for i := range blockBytes {
		count.Block |= uint64(field[at+i]) << (8 * i)
	}
	return count, nil
}
