package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

// version and commit are set by the Makefile: the version from the last tag, as
// git describe gives it.
var (
	version = "unreleased"
	commit  = "unknown"
)

type versionCommand struct{}

// engines are the modules whose versions matter to who reports a fault.
var engines = map[string]string{
	"github.com/gofiber/fiber/v2":            "fiber",
	"github.com/redis/go-redis/v9":           "go-redis",
	"github.com/alicebob/miniredis/v2":       "embedded redis (miniredis)",
	"github.com/uber/h3-go/v4":               "h3",
	"github.com/ClickHouse/clickhouse-go/v2": "clickhouse-go",
}

// Run prints the versions.
func (versionCommand) Run() error {
	out := os.Stdout
	fmt.Fprintf(out, "downpour %s, commit %s, %s\n", version, commit, runtime.Version())
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, module := range info.Deps {
		if name, ok := engines[module.Path]; ok {
			fmt.Fprintf(out, "%s %s\n", name, module.Version)
		}
	}
	return nil
}
