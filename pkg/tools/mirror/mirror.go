// Package mirror keeps a static copy of the most wanted pages and documents of a server,
// for a web server or content delivery network elsewhere that answers while the server
// cannot. Each copy says that it is one, and as of when. A round that fails leaves what
// earlier rounds copied. It copies no form answers and nothing that depends on a query.
package mirror

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/client"
	"github.com/open-downpour/downpour/pkg/wholefile"
)

const (
	// patience is how long one document may take.
	patience = 15 * time.Second
	// largest bounds the bytes of one document.
	largest = 8 << 20
	// failuresMost ends a round after as many failures in a row: the server is away.
	failuresMost = 5
)

// Config is what is copied, and where to.
type Config struct {
	URL       string        `arg:"" help:"Address of the server."`
	To        string        `help:"Directory of the copy." required:"" type:"path" placeholder:"DIR"`
	Every     time.Duration `help:"Time between two rounds." default:"1m"`
	Once      bool          `help:"Stop after one round."`
	Services  int           `help:"Services whose pages are copied: those with trouble first, then those with the most reports." default:"50"`
	Languages []string      `help:"Languages of the pages." default:"en,hi,bn,cy"`

	Client *http.Client     `kong:"-"`
	Now    func() time.Time `kong:"-"`
	Logger *slog.Logger     `kong:"-"`
}

// Validate is called before Run, and names the setting at fault.
func (c *Config) Validate() error {
	origin, err := url.Parse(c.URL)
	switch {
	case err != nil || origin.Host == "" || origin.Scheme != "http" && origin.Scheme != "https":
		return errors.New("<url>: is not an http(s):// address")
	case c.Every < time.Second:
		return errors.New("--every: must be at least 1s")
	case c.Services < 0:
		return errors.New("--services: must not be negative")
	}
	return nil
}

// mirror is the state between two rounds.
type mirror struct {
	config Config
	etags  map[string]string // by path, of what was copied
	copied map[string]bool   // of this round
	failed int               // in a row
}

// Run copies until ctx ends, or once.
func Run(ctx context.Context, config Config) error {
	config.URL = strings.TrimRight(config.URL, "/")
	if config.Client == nil {
		config.Client = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	m := &mirror{config: config, etags: map[string]string{}}
	for {
		err := m.round(ctx)
		if config.Once || ctx.Err() != nil {
			return err
		}
		if err != nil {
			config.Logger.Warn("the copy is not up to date, trying again", "error", err)
		}
		select {
		case <-time.After(config.Every):
		case <-ctx.Done():
			return nil
		}
	}
}

// round copies everything once. Single documents that fail are logged, and their older
// copies stay.
func (m *mirror) round(ctx context.Context) error {
	m.copied, m.failed = map[string]bool{}, 0
	wanted, err := m.wanted(ctx)
	if err != nil {
		return err
	}
	for len(wanted) > 0 {
		path := wanted[0]
		wanted = wanted[1:]
		if m.copied[path] {
			continue
		}
		m.copied[path] = true
		assets, err := m.copy(ctx, path)
		if err != nil {
			if m.failed++; m.failed == failuresMost || ctx.Err() != nil {
				return err
			}
			m.config.Logger.Warn("copying failed", "error", err)
			continue
		}
		m.failed = 0
		wanted = append(wanted, assets...)
	}
	return m.note()
}

// note writes mirror.json, which says when the last whole round was.
func (m *mirror) note() error {
	text, err := json.Marshal(struct {
		Origin   string `json:"origin"`
		CopiedAt string `json:"copied_at"`
		Files    int    `json:"files"`
	}{m.config.URL, m.config.Now().UTC().Format(time.RFC3339), len(m.copied)})
	if err != nil {
		return err
	}
	return m.write("mirror.json", append(text, '\n'))
}

// copy copies one path, unless it is as it was, and returns the paths of the style sheets,
// scripts, fonts and pictures that it needs.
func (m *mirror) copy(ctx context.Context, path string) (assets []string, err error) {
	body, kind, err := m.get(ctx, path)
	if err != nil || body == nil {
		return nil, err
	}
	switch kind {
	case "text/html":
		assets = assetsOf(body)
		body = markPage(body, m.config.Now())
	case "text/css":
		assets = assetsOf(body)
	case "application/json":
		body = markDocument(body, m.config.Now())
	}
	return assets, m.write(fileOf(path, kind), body)
}

// get reads a path of the server. The body is nil where it did not change.
func (m *mirror) get(ctx context.Context, path string) (body []byte, kind string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.config.URL+path, nil)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("Accept", acceptOf(path))
	request.Header.Set("User-Agent", "downpour-mirror")
	if etag := m.etags[path]; etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := m.config.Client.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified {
		return nil, "", nil
	}
	body, err = io.ReadAll(io.LimitReader(response.Body, largest+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("%s: %w", path, err)
	case response.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("%s: %s", path, response.Status)
	case len(body) > largest:
		return nil, "", fmt.Errorf("%s: is larger than %d bytes", path, largest)
	}
	m.etags[path] = response.Header.Get("ETag")
	kind, _, _ = strings.Cut(response.Header.Get("Content-Type"), ";")
	return body, strings.TrimSpace(kind), nil
}

// acceptOf asks for JSON below /api/ and for a page elsewhere, where a server chooses by it.
func acceptOf(path string) string {
	if strings.HasPrefix(path, "/api/") {
		return "application/json"
	}
	return "text/html,*/*"
}

// fileOf is the file of a path: with its own name where that has an extension, else an
// index in a directory of that name, which web servers look for.
func fileOf(path, kind string) string {
	path = strings.Trim(path, "/")
	switch {
	case filepath.Ext(path) != "" && kind != "text/html":
		return path
	case kind == "application/json":
		return path + "/index.json"
	}
	return path + "/index.html"
}

// write replaces a file of the copy as a whole, readable for a web server.
func (m *mirror) write(name string, content []byte) error {
	name = strings.TrimPrefix(name, "/")
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%s: leads out of the copy", name)
	}
	path := filepath.Join(m.config.To, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return wholefile.ReplaceReadable(path, func(to io.Writer) error {
		_, err := to.Write(content)
		return err
	})
}

// wanted are the paths of a round: documents first, then pages by language.
func (m *mirror) wanted(ctx context.Context) ([]string, error) {
	services, countries, err := m.services(ctx)
	if err != nil {
		return nil, err
	}
	incidents, err := m.incidents(ctx)
	if err != nil {
		return nil, err
	}
	paths := []string{"/api/v1/summary", "/api/v1/services", "/api/v1/incidents", "/feeds/incidents.atom", "/feeds/incidents.json", "/robots.txt", "/manifest.webmanifest"}
	leaves := []string{"/", "/map", "/incidents", "/about"}
	for _, country := range countries {
		leaves = append(leaves, "/"+country)
	}
	for _, id := range incidents {
		paths, leaves = append(paths, "/api/v1/incidents/"+id), append(leaves, "/incidents/"+id)
	}
	for _, service := range services {
		paths, leaves = append(paths, "/api/v1/services/"+service.Slug), append(leaves, "/"+service.Slug)
		for country := range service.Status {
			leaves = append(leaves, "/"+strings.ToLower(country)+"/"+service.Slug)
		}
	}
	for i, lang := range m.config.Languages {
		for _, leaf := range leaves {
			if i > 0 || lang != "en" {
				leaf = strings.TrimSuffix("/"+lang+leaf, "/")
			}
			paths = append(paths, leaf)
		}
	}
	return paths, nil
}

// service is an item of the list of services.
type service struct {
	Slug    string
	Reports int64 `json:"reports_24h"`
	Status  map[string]struct{ Status string }
}

// rank orders services: those with an incident or unusual reports are before all others.
func (s service) rank() int {
	for _, of := range s.Status {
		if of.Status == "outage" || of.Status == "elevated" {
			return 0
		}
	}
	return 1
}

// services are those to copy, and the countries in lower case.
func (m *mirror) services(ctx context.Context) (chosen []service, countries []string, err error) {
	var list struct{ Items []service }
	if err := client.Read(ctx, m.config.Client, m.config.URL+"/api/v1/services", &list); err != nil {
		return nil, nil, err
	}
	known := map[string]bool{}
	for _, one := range list.Items {
		for country := range one.Status {
			known[strings.ToLower(country)] = true
		}
	}
	for country := range known {
		countries = append(countries, country)
	}
	slices.Sort(countries)
	slices.SortStableFunc(list.Items, func(a, b service) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Reports, a.Reports))
	})
	return list.Items[:min(m.config.Services, len(list.Items))], countries, nil
}

// incidents are the ids of the newest page of the list.
func (m *mirror) incidents(ctx context.Context) (ids []string, err error) {
	var list struct{ Items []struct{ ID string } }
	err = client.Read(ctx, m.config.Client, m.config.URL+"/api/v1/incidents", &list)
	for _, one := range list.Items {
		ids = append(ids, one.ID)
	}
	return ids, err
}
