package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// The example of roles apart leaves no role out, and its servers take their settings.
func TestComposeOfRolesHasAllRoles(t *testing.T) {
	details := types.ConfigDetails{WorkingDir: repository, Environment: map[string]string{"CLICKHOUSE_PASSWORD": "secret"}}
	for _, name := range []string{"docker-compose.yml", "deploy/compose.roles.yml"} {
		path, err := filepath.Abs(filepath.Join(repository, name))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: path, Content: text})
	}
	project, err := loader.LoadWithContext(t.Context(), details, func(o *loader.Options) { o.SetProjectName("downpour", true) })
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range []string{"downpour", "worker"} {
		service := project.Services[name]
		roles := service.Environment["DOWNPOUR_ROLES"]
		if roles == nil || len(service.Ports) > 0 || *service.Environment["DOWNPOUR_REDIS"] != "redis://redis:6379" || len(service.DependsOn) != 2 {
			t.Errorf("%s: %+v", name, service)
			continue
		}
		all = append(all, strings.Split(*roles, ",")...)
	}
	slices.Sort(all)
	if want := []string{"archive", "detect", "intake", "web"}; !slices.Equal(all, want) {
		t.Errorf("the servers have roles %v, want %v", all, want)
	}
}
