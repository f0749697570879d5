package engine

import "github.com/open-downpour/downpour/pkg/engine/enginetest"

const day = enginetest.Day

var start = enginetest.Start
