package runner

import (
	"github.com/open-downpour/downpour/pkg/engine"
	"github.com/open-downpour/downpour/pkg/engine/enginetest"
)

const day = enginetest.Day

var start = enginetest.Start

func config() engine.Config {
	c := engine.DefaultConfig(enginetest.World{})
	c.AlertFrom = start + 14*day
	return c
}
