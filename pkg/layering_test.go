package pkg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is what the import paths of our packages begin with.
const module = "github.com/open-downpour/downpour/"

// drivers are imported only in the file named after them.
var drivers = map[string][]string{
	"github.com/redis/go-redis/":           {"redis.go"},
	"github.com/alicebob/miniredis/":       {"redis.go"},
	"github.com/uber/h3-go/":               {"h3.go"},
	"github.com/ClickHouse/clickhouse-go/": {"clickhouse.go"},
	"go.yaml.in/yaml/":                     {"yaml.go"},
	"go.etcd.io/bbolt":                     {"bbolt.go"},
	"github.com/ebitengine/purego":         {"libchdb.go"},
	"github.com/pires/go-proxyproto":       {"proxyproto.go"},
	"github.com/prometheus/client_golang/": {"metrics.go"},
	"github.com/cenkalti/backoff/":         {"retry.go"},
}

// driverPackages may import a driver in any file: they are about nothing else.
var driverPackages = map[string]string{
	"pkg/redisconn": "github.com/redis/go-redis/",
	"pkg/redistest": "github.com/redis/go-redis/",
	"pkg/retry":     "github.com/cenkalti/backoff/",
}

// fiberIn are the folders that may import Fiber: the two faces, and the command
// that listens.
var fiberIn = []string{"api", "frontend", "cmd/downpour"}

// shared are the packages that any package may import.
var shared = []string{module + "pkg/outage", module + "pkg/forwarded", module + "pkg/crosssite", module + "pkg/wholefile", module + "pkg/locale", module + "pkg/lease", module + "pkg/ratelimit", module + "pkg/redisconn", module + "pkg/redact", module + "pkg/retry", module + "pkg/httpcache", module + "pkg/csvtable", module + "pkg/duration"}

// compositions may import the stages they are made of, and tests what they need.
var compositions = map[string][]string{
	// What is normal, what is not, and what became of it are one decision about
	// one minute, taken by the live server, by imports and by backtests alike.
	"pkg/engine": {module + "pkg/baseline", module + "pkg/detect", module + "pkg/incident"},
	// Who publishes holds public values alone.
	"api":        {module + "pkg/public"},
	"frontend":   {module + "pkg/public"},
	"pkg/live":   {module + "pkg/public"},
	"pkg/locale": {module + "pkg/public"},
	// The runner is the engine under a clock.
	"pkg/runner": {module + "pkg/engine"},
	// The site answers with pages, which are made of addresses and pictures.
	"frontend/page": {module + "frontend/address", module + "frontend/draw"},
	// The proving ground runs the whole detector over streams whose truth is known.
	"pkg/detect/proving": {module + "pkg/scenario/simulate", module + "pkg/engine"},
	// The tools are compositions of stages, each for one subcommand.
	"pkg/tools/world":        {module + "pkg/catalog", module + "pkg/cell", module + "pkg/place", module + "pkg/scenario"},
	"pkg/tools/replay":       {module + "pkg/client", module + "pkg/scenario", module + "pkg/tools/world"},
	"pkg/tools/demo":         {module + "pkg/embedded", module + "pkg/scenario", module + "pkg/tools/world"},
	"pkg/tools/health":       {module + "pkg/proxyheader"},
	"pkg/tools/clickhouse":   {module + "pkg/embedded"},
	"pkg/tools/privacycheck": {module + "pkg/archive", module + "pkg/embedded", module + "pkg/privacy"},
	"pkg/tools/load":         {module + "pkg/client"},
	"pkg/tools/backtest":     {module + "pkg/engine", module + "pkg/incident", module + "pkg/scenario"},
}

// imports lists the imports of every file that is not a test, by folder from
// the root of the module.
func imports(t *testing.T) map[string]map[string][]string {
	t.Helper()
	found := map[string]map[string][]string{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata" || len(entry.Name()) > 1 && entry.Name()[0] == '.') {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, name := filepath.ToSlash(filepath.Dir(path)), filepath.Base(path)
		if found[folder] == nil {
			found[folder] = map[string][]string{}
		}
		found[folder][name] = []string{}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[folder][name] = append(found[folder][name], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestStagesDoNotImportEachOther(t *testing.T) {
	for folder, files := range imports(t) {
		if folder == "cmd/downpour" {
			continue
		}
		for file, names := range files {
			for _, name := range names {
				ours := strings.HasPrefix(name, module)
				within := strings.HasPrefix(name, module+folder+"/")
				if ours && !within && !slices.Contains(shared, name) && !slices.Contains(compositions[folder], name) {
					t.Errorf("%s/%s imports %s", folder, file, name)
				}
			}
		}
	}
}

func TestVocabularyImportsNothingOfOurs(t *testing.T) {
	for file, names := range imports(t)["pkg/outage"] {
		for _, name := range names {
			if strings.Contains(name, ".") || strings.HasPrefix(name, module) {
				t.Errorf("outage/%s imports %s", file, name)
			}
		}
	}
}

func TestDriversStayInTheirFiles(t *testing.T) {
	for folder, files := range imports(t) {
		for file, names := range files {
			for _, name := range names {
				for driver, allowed := range drivers {
					if strings.HasPrefix(name, driver) && !slices.Contains(allowed, file) && driverPackages[folder] != driver {
						t.Errorf("%s/%s imports %s; only %s may", folder, file, name, strings.Join(allowed, ", "))
					}
				}
				if strings.HasPrefix(name, "github.com/gofiber/") && !slices.Contains(fiberIn, folder) {
					t.Errorf("%s/%s imports %s; only %s may", folder, file, name, strings.Join(fiberIn, ", "))
				}
			}
		}
	}
}

// clockless are the packages whose results depend on what they are given alone.
var clockless = []string{"pkg/outage", "pkg/baseline", "pkg/detect", "pkg/engine"}

// TestDecisionsReadNoClock looks for what reads the wall clock or waits for it.
func TestDecisionsReadNoClock(t *testing.T) {
	for _, folder := range clockless {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", folder, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, reads := range []string{"time.Now", "time.Since", "time.Until", "time.After", "time.NewTi", "time.Tick", "time.Sle"} {
				if strings.Contains(string(text), reads) {
					t.Errorf("%s uses %s", path, reads)
				}
			}
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	for folder, files := range imports(t) {
		documented := false
		for name := range files {
			path := filepath.Join("..", folder, name)
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || file.Doc != nil && len(file.Doc.Text()) > 40
		}
		if !documented {
			t.Errorf("the package in %s has no comment", folder)
		}
	}
}

// TestPathOfAReportNamesEveryStage holds the package comment in doc.go to the
// folders that exist, both ways.
func TestPathOfAReportNamesEveryStage(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !slices.Contains(words, entry.Name()) {
			t.Errorf("doc.go does not tell of %s", entry.Name())
		}
	}
}
