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

// driver is a module that few packages may import, each in one file only.
type driver struct {
	prefix string // of its import paths
	file   string // the only file that imports it, "" for any
}

var drivers = map[string]driver{
	"redis":      {"github.com/redis/go-redis/", "redis.go"},
	"miniredis":  {"github.com/alicebob/miniredis/", "redis.go"},
	"h3":         {"github.com/uber/h3-go/", "h3.go"},
	"clickhouse": {"github.com/ClickHouse/clickhouse-go/", "clickhouse.go"},
	"yaml":       {"go.yaml.in/yaml/", "yaml.go"},
	"bbolt":      {"go.etcd.io/bbolt", "bbolt.go"},
	"libchdb":    {"github.com/ebitengine/purego", "libchdb.go"},
	"proxyproto": {"github.com/pires/go-proxyproto", "proxyproto.go"},
	"webpush":    {"github.com/SherClockHolmes/webpush-go", "webpush.go"},
	"gomail":     {"github.com/wneessen/go-mail", "gomail.go"},
	"metrics":    {"github.com/prometheus/client_golang/", "metrics.go"},
	"backoff":    {"github.com/cenkalti/backoff/", "retry.go"},
	"ssrf":       {"code.dny.dev/ssrf", "outbound.go"},
	"fiber":      {"github.com/gofiber/", ""},
}

// wrappers may import a driver in any file: they are about nothing else.
var wrappers = map[string]string{"pkg/redisconn": "redis", "pkg/redistest": "redis"}

// rule is what the files of a package that are no tests may import.
type rule struct {
	ours    string // packages of this module, without pkg/; "*" for all
	drivers string // names of drivers
}

// rules has a row for each package. The stages import the vocabulary and small
// packages that hold no state of the domain, and never each other.
var rules = map[string]rule{
	// The command wires everything. The two front ends get numbers from public alone.
	"cmd/downpour":      {"*", "fiber yaml metrics"},
	"api":               {"public public/register outage locale httpcache duration csvtable capalert crosssite forwarded notify ratelimit", "fiber yaml metrics"},
	"frontend":          {"public outage locale httpcache duration crosssite frontend/address frontend/draw frontend/page frontend/patch forwarded", "fiber"},
	"frontend/page":     {"public public/register outage locale duration csvtable frontend/address frontend/draw frontend/patch", ""},
	"frontend/address":  {"public outage locale duration", ""},
	"frontend/draw":     {"public outage locale", ""},
	"frontend/patch":    {"", ""},
	"frontend/pagetest": {"public public/register outage locale country/countrytest", ""},
	"pkg/public":        {"outage suppression", "metrics"},
	"pkg/live":          {"outage public", "metrics"},

	// Incidents by quarter, made of public numbers.
	"pkg/public/register": {"outage public csvtable", ""},

	// The path of a report.
	"pkg/outage":   {"", ""},
	"pkg/intake":   {"outage boltfile locale forwarded ratelimit redisconn retry wholefile", "redis bbolt metrics"},
	"pkg/country":  {"outage csvtable", "yaml"},
	"pkg/cell":     {"outage country", "h3"},
	"pkg/place":    {"outage country locale", ""},
	"pkg/catalog":  {"outage locale", "yaml"},
	"pkg/bucket":   {"outage redisconn retry metrics", "redis metrics"},
	"pkg/baseline": {"outage", ""},
	"pkg/detect":   {"outage", ""},
	"pkg/incident": {"outage lease", "metrics"},
	"pkg/archive":  {"outage suppression lease ratelimit redisconn retry wholefile metrics", "clickhouse redis metrics"},

	// What is normal, what is not, and what became of it are one decision about one
	// minute, taken by the live server, by imports and by backtests alike. The runner
	// is the engine under a clock.
	"pkg/engine":            {"outage baseline detect incident", ""},
	"pkg/engine/enginetest": {"outage country/countrytest", ""},
	"pkg/runner":            {"outage engine lease retry wholefile", "redis metrics"},

	// What is sent to subscribers.
	"pkg/notify":   {"outage public locale boltfile capalert ratelimit retry metrics", "redis bbolt metrics webpush gomail"},
	"pkg/capalert": {"outage", ""},

	// Past outages, and streams whose truth is known.
	"pkg/scenario":          {"outage", "yaml"},
	"pkg/scenario/simulate": {"outage", ""},
	"pkg/detect/proving":    {"outage engine scenario/simulate", ""},

	// What vendors say of their own services, beside the path.
	"pkg/status": {"outage retry metrics", "redis metrics"},

	// Each tool is a composition for one subcommand.
	"pkg/tools/world":        {"outage country catalog cell scenario", ""},
	"pkg/tools/backtest":     {"outage engine incident scenario", ""},
	"pkg/tools/explain":      {"outage client", ""},
	"pkg/tools/load":         {"outage", ""},
	"pkg/tools/replay":       {"outage client retry scenario tools/world", ""},
	"pkg/tools/demo":         {"outage embedded retry scenario tools/world", ""},
	"pkg/tools/mcp":          {"client", ""},
	"pkg/tools/pack":         {"outage csvtable country cell place", "h3"},
	"pkg/tools/mirror":       {"locale client wholefile", ""},
	"pkg/tools/health":       {"forwarded proxyheader", ""},
	"pkg/tools/clickhouse":   {"embedded", ""},
	"pkg/tools/privacycheck": {"archive embedded privacy redisconn", ""},

	// Leaves, and what several servers or the process need.
	"pkg":                     {"", ""},
	"pkg/apikey":              {"", ""},
	"pkg/boltfile":            {"", "bbolt"},
	"pkg/client":              {"", ""},
	"pkg/cell/celltest":       {"cell country/countrytest", ""},
	"pkg/country/countrytest": {"outage country", ""},
	"pkg/crosssite":           {"outage", ""},
	"pkg/csvtable":            {"", ""},
	"pkg/duration":            {"", ""},
	"pkg/embedded":            {"", "clickhouse miniredis libchdb"},
	"pkg/forwarded":           {"", ""},
	"pkg/httpcache":           {"", "metrics"},
	"pkg/lease":               {"", "redis"},
	"pkg/locale":              {"outage public", ""},
	"pkg/metrics":             {"", "metrics"},
	"pkg/outbound":            {"", "ssrf"},
	"pkg/privacy":             {"outage redact", "redis"},
	"pkg/proxyheader":         {"", "proxyproto"},
	"pkg/ratelimit":           {"forwarded", ""},
	"pkg/suppression":         {"outage", ""},
	"pkg/redact":              {"", ""},
	"pkg/redisconn":           {"retry metrics", "redis"},
	"pkg/notify/notifytest":   {"", ""},
	"pkg/redistest":           {"", "redis miniredis"},
	"pkg/retry":               {"", "backoff"},
	"pkg/wanted":              {"outage locale ratelimit metrics", "redis"},
	"pkg/wholefile":           {"", ""},
}

// allows reports whether the rule lets a package import another of this module.
func (r rule) allows(folder string) bool {
	for word := range strings.FieldsSeq(r.ours) {
		if word == "*" || word == folder || "pkg/"+word == folder {
			return true
		}
	}
	return false
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

func TestPackagesImportWhatTheirRuleAllows(t *testing.T) {
	found := imports(t)
	for folder, files := range found {
		allowed, ok := rules[folder]
		if !ok {
			t.Errorf("%s has no row in the table of rules", folder)
		}
		for file, names := range files {
			for _, name := range names {
				if ours, ok := strings.CutPrefix(name, module); ok && !allowed.allows(ours) {
					t.Errorf("%s/%s imports %s", folder, file, ours)
				}
			}
		}
	}
	for folder := range rules {
		if found[folder] == nil {
			t.Errorf("the table has a row for %s, which does not exist", folder)
		}
	}
}

func TestVocabularyImportsNothingOfOthers(t *testing.T) {
	for file, names := range imports(t)["pkg/outage"] {
		for _, name := range names {
			if strings.Contains(name, ".") {
				t.Errorf("outage/%s imports %s", file, name)
			}
		}
	}
}

func TestDriversStayInTheirFiles(t *testing.T) {
	for folder, files := range imports(t) {
		for file, names := range files {
			for _, name := range names {
				for word, driver := range drivers {
					if !strings.HasPrefix(name, driver.prefix) {
						continue
					}
					if !slices.Contains(strings.Fields(rules[folder].drivers), word) {
						t.Errorf("%s/%s imports %s, which its rule does not allow", folder, file, name)
					}
					part := strings.HasPrefix(file, strings.TrimSuffix(driver.file, ".go")+"_") // redis_log.go
					if driver.file != "" && driver.file != file && !part && wrappers[folder] != word {
						t.Errorf("%s/%s imports %s; only %s may, or files whose names begin so", folder, file, name, driver.file)
					}
				}
			}
		}
	}
}

// clockless are the packages whose results depend on their arguments alone. Of what
// pkg/engine imports, the file repository.go of pkg/incident is the one exception: it
// flushes at intervals, and the engine does not use it.
var clockless = []string{"pkg/outage", "pkg/baseline", "pkg/detect", "pkg/incident", "pkg/engine"}

const readsClock = "../pkg/incident/repository.go"

// TestDecisionsReadNoClock looks for what reads the wall clock or waits for it.
func TestDecisionsReadNoClock(t *testing.T) {
	for _, folder := range clockless {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", folder, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") || filepath.ToSlash(path) == readsClock {
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
			t.Errorf("doc.go does not name %s", entry.Name())
		}
	}
}
