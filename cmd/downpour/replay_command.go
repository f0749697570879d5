package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/tools/replay"
	"github.com/open-downpour/downpour/pkg/tools/world"
)

// replayCommand plays a past outage at a server.
type replayCommand struct {
	replay.Config
}

// Run prints what the server answered, in sum, as one JSON object.
func (r *replayCommand) Run(ctx context.Context, packs country.Set) error {
	played, err := world.Load(packs)
	if err != nil {
		return err
	}
	warn := func(text string) { fmt.Fprintln(os.Stderr, "downpour:", text) }
	result, err := replay.Run(ctx, r.Config, played, warn)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
