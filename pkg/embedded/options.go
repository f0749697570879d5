package embedded

import (
	"errors"
	"log/slog"
	"path/filepath"
	"strconv"
)

// Options are the path and the limits of the archive. The zero value of each is its default,
// except of Path.
type Options struct {
	// Library is the path of libchdb; by default it is located for the running
	// executable.
	Library string
	// Path is the data directory, created when it does not exist.
	Path string
	// Connections is how many statements run at the same time; 6 by default: two
	// for the parts of an insert, two for public reads, and two for the server's own.
	Connections int
	// Memory limits the engine's allocations, in bytes; by default the engine derives
	// the limit from the machine.
	Memory int64
	// LongestRequest bounds the text and rows of one request, in bytes;
	// 256 MiB by default.
	LongestRequest int64
	// ConfigFile is a configuration file of ClickHouse. A server needs none; tests of
	// clusters do.
	ConfigFile string
	Logger     *slog.Logger
}

func (o *Options) complete() error {
	if o.Path == "" {
		return errors.New("opening the archive: no data directory is given")
	}
	if o.Connections <= 0 {
		o.Connections = 6
	}
	if o.LongestRequest <= 0 {
		o.LongestRequest = 256 << 20
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	path, err := filepath.Abs(o.Path)
	o.Path = path
	return err
}

func (o *Options) load() (*library, error) {
	path := o.Library
	if path == "" {
		located, err := locateForThisProcess()
		if err != nil {
			return nil, err
		}
		path = located
	}
	return load(path)
}

func (o *Options) arguments() []string {
	arguments := []string{"clickhouse", "--path=" + o.Path}
	if o.ConfigFile != "" {
		arguments = append(arguments, "--config-file="+o.ConfigFile)
	}
	if o.Memory > 0 {
		arguments = append(arguments, "--max_server_memory_usage="+strconv.FormatInt(o.Memory, 10))
	}
	return arguments
}
