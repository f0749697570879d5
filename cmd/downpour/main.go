// Command downpour is the outage map: the server, and the tools around it.
//
// This package wires the stages together and does nothing else. It owns the
// command line, the order in which components start and stop, and the listener.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/open-downpour/downpour/pkg/redact"
)

// commands is the command line. Each flag is also DOWNPOUR_… in the
// environment and a key of the file that --config names.
type commands struct {
	Config configFile `help:"YAML file with a key for any flag." placeholder:"FILE" type:"path"`

	countryFlags

	Serve        serveCommand        `cmd:"" help:"Run the server."`
	Replay       replayCommand       `cmd:"" help:"Play a past outage at a server, through its public API."`
	Scenario     scenarioCommand     `cmd:"" help:"Print a past outage as counts, for the backtest."`
	Backtest     backtestCommand     `cmd:"" help:"Run the detector over counts of the past and print the incidents."`
	Explain      explainCommand      `cmd:"" help:"Print the minutes around the opening of an incident, with the arithmetic behind it."`
	Key          keyCommand          `cmd:"" help:"Print a new API key and its line for the key file."`
	Load         loadCommand         `cmd:"" help:"Send random reports at a steady rate, with readers and streams beside them, and print how that went."`
	LoadCheck    loadCheckCommand    `cmd:"" help:"Check that the archive has each report once that a server accepted from load."`
	Clickhouse   clickhouseCommand   `cmd:"" help:"Serve the embedded ClickHouse to other programs, over HTTP."`
	Health       healthCommand       `cmd:"" help:"Tell whether a server is ready, for the health checks of containers."`
	PrivacyCheck privacyCheckCommand `cmd:"" help:"Search what a server wrote for addresses, user agents, coordinates and ended keys."`
	Pack         packCommand         `cmd:"" help:"Make or check the data of a country."`
	Texts        textsCommand        `cmd:"" help:"Print the texts of a language beside the English ones, with the screen of each, for review."`
	Mirror       mirrorCommand       `cmd:"" help:"Keep a static copy of pages and documents of a server, for when it cannot answer."`
	MCP          mcpCommand          `cmd:"" name:"mcp" help:"Serve the public API of a server to language models, by the Model Context Protocol over standard input and output."`
	Version      versionCommand      `cmd:"" help:"Print the version, the commit and the versions of the engines."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "downpour: %v\n", redact.ErrorOf(err, settingValues(os.Args[1:], os.Environ())...))
		os.Exit(1)
	}
}

// run parses the arguments and runs the command they name.
func run(ctx context.Context, arguments []string) error {
	var line commands
	parser, err := newParser(ctx, &line)
	if err != nil {
		return err
	}
	command, err := parser.Parse(arguments)
	if err != nil {
		return usageError(err)
	}
	packs, err := line.load()
	if err != nil {
		return err
	}
	if err := command.Run(packs); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func newParser(ctx context.Context, line *commands) (*kong.Kong, error) {
	return kong.New(line,
		kong.Name("downpour"),
		kong.Description("An open, crowd-sourced outage map."),
		kong.DefaultEnvars("DOWNPOUR"),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
}

// settingValues are the values of arguments and of the environment's settings,
// which errors about them may quote.
func settingValues(arguments, environment []string) (values []string) {
	for _, argument := range arguments {
		_, value, _ := strings.Cut(argument, "=")
		values = append(values, argument, value)
	}
	for _, variable := range environment {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "DOWNPOUR_") {
			values = append(values, value)
		}
	}
	return values
}

func usageError(err error) error {
	return fmt.Errorf("%w (downpour --help lists what it takes)", err)
}
