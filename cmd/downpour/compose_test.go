package main

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// The compose file cannot be run where there is no engine for containers. What
// can be wrong in it without one is checked here, by the reader that Compose
// itself uses.

const repository = "../.."

func readCompose(t *testing.T, environment map[string]string) *types.Project {
	t.Helper()
	path := filepath.Join(repository, "docker-compose.yml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  repository,
		ConfigFiles: []types.ConfigFile{{Filename: path, Content: text}},
		Environment: environment,
	})
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeNamesWhatExists(t *testing.T) {
	project := readCompose(t, map[string]string{"CLICKHOUSE_PASSWORD": "a b/c"})
	var names []string
	for name := range project.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"clickhouse", "downpour", "redis"}; !slices.Equal(names, want) {
		t.Fatalf("services %v, want %v", names, want)
	}
	for name, of := range project.Services["downpour"].DependsOn {
		if of.Condition != types.ServiceConditionHealthy || project.Services[name].HealthCheck == nil {
			t.Errorf("downpour starts before %s is healthy", name)
		}
	}
	for name, service := range project.Services {
		for network := range service.Networks {
			if _, ok := project.Networks[network]; !ok {
				t.Errorf("%s is in network %s, which is not there", name, network)
			}
		}
		if name != "downpour" && len(service.Ports) > 0 {
			t.Errorf("%s can be reached from outside", name)
		}
	}
}

// What the compose file sets is what the server takes: each variable a flag,
// and all of them together a valid start.
func TestComposeSettingsAreThoseOfServe(t *testing.T) {
	environment := readCompose(t, nil).Services["downpour"].Environment
	for name, value := range environment {
		t.Setenv(name, *value)
	}
	var line commands
	parser, err := kong.New(&line, kong.Name("downpour"), kong.DefaultEnvars("DOWNPOUR"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse([]string{"serve"}); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, command := range parser.Model.Children {
		for _, flag := range command.Flags {
			for _, variable := range flag.Envs {
				known[variable] = true
			}
		}
	}
	for name := range environment {
		if !known[name] {
			t.Errorf("%s is not a flag", name)
		}
	}
	if line.Serve.APIKey != "" {
		t.Errorf("there is an API key %q by default", line.Serve.APIKey)
	}
}

func TestComposePasswordIsOneAndTheSame(t *testing.T) {
	for _, environment := range []map[string]string{nil, {"CLICKHOUSE_PASSWORD": "secret"}} {
		project := readCompose(t, environment)
		of := project.Services["clickhouse"].Environment
		address, err := url.Parse(*project.Services["downpour"].Environment["DOWNPOUR_CLICKHOUSE"])
		if err != nil {
			t.Fatal(err)
		}
		password, _ := address.User.Password()
		if password != *of["CLICKHOUSE_PASSWORD"] || address.User.Username() != *of["CLICKHOUSE_USER"] ||
			strings.Trim(address.Path, "/") != *of["CLICKHOUSE_DB"] || address.Hostname() != "clickhouse" {
			t.Errorf("downpour asks for %s, clickhouse has %v", address, of)
		}
	}
}

// A 202 is a promise that only this setting of Redis keeps.
func TestComposeRedisAppendsAlways(t *testing.T) {
	command := strings.Join(readCompose(t, nil).Services["redis"].Command, " ")
	for _, setting := range []string{"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"} {
		if !strings.Contains(command, setting) {
			t.Errorf("redis runs as %q, without %s", command, setting)
		}
	}
}

// Paths that a COPY takes from the repository are there, unless a stage made
// them.
func TestDockerfileCopiesWhatExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repository, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	copied := 0
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--from") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			copied++
			if _, err := os.Stat(filepath.Join(repository, source)); err != nil {
				t.Error(err)
			}
		}
	}
	if copied == 0 {
		t.Error("nothing is copied")
	}
}
