package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/open-downpour/downpour/pkg/archive"
	"github.com/open-downpour/downpour/pkg/country"
	"github.com/open-downpour/downpour/pkg/forwarded"
	"github.com/open-downpour/downpour/pkg/intake"
	"github.com/open-downpour/downpour/pkg/notify"
	"github.com/open-downpour/downpour/pkg/redact"
	"github.com/open-downpour/downpour/pkg/redisconn"
)

// longestDrain bounds --drain-delay, since nothing shortens it.
const longestDrain = 10 * time.Minute

// serveCommand is the server's settings. Help texts are what --help shows.
type serveCommand struct {
	Listen         string      `help:"Address to listen on." default:":8080"`
	Redis          []string    `help:"Where reports are counted: 'embedded', or redis:// addresses (several: a cluster)." default:"embedded" placeholder:"URL"`
	RedisWait      replicaWait `help:"Replicas of Redis that must have a report before it is acknowledged, and how long to wait for them, as 1 or 1,500ms." name:"redis-wait" placeholder:"N[,TIMEOUT]"`
	Clickhouse     string      `help:"Where reports are kept: 'embedded', or an http(s):// address (of a cluster several)." default:"embedded" placeholder:"URL"`
	ClickCluster   string      `help:"Name of the ClickHouse cluster that the addresses of --clickhouse belong to." name:"clickhouse-cluster" placeholder:"NAME"`
	Data           string      `help:"Directory for what must survive a restart." default:"data" type:"path" placeholder:"DIR"`
	Roles          []role      `help:"Parts of the work that this server does: intake, detect, archive, web." default:"intake,detect,archive,web" placeholder:"ROLE"`
	Catalog        string      `help:"YAML file that adds or replaces services." type:"existingfile" placeholder:"FILE"`
	TrustedProxies proxies     `help:"Networks or addresses of proxies whose X-Forwarded-For is believed, or none." default:"127.0.0.0/8,::1/128" placeholder:"CIDR"`
	ProxyProtocol  bool        `help:"Connections of trusted proxies begin with a PROXY header (version 1 or 2), which names the client." name:"proxy-protocol"`
	PublicURL      string      `help:"Address that people reach the server at, for link previews and citations." name:"public-url" placeholder:"URL"`
	Hosts          []string    `help:"Names of the server, with the port if any, such as status.example.org: links take that of the request where --public-url is not given. The address of the socket itself is known." name:"host" placeholder:"NAME"`
	siteFlags

	ReportsPerMin  int           `help:"Reports that one IPv4 address or IPv6 /64 may send in a minute." name:"reports-per-minute" default:"300"`
	WriteOrigins   []string      `help:"Origins of other sites whose pages may send reports, such as https://status.example.org." placeholder:"ORIGIN"`
	HostingRanges  string        `help:"File of the networks of machines for hire: lines of a network and its hoster's name." name:"hosting-ranges" type:"path" placeholder:"FILE"`
	APIKeyFile     string        `help:"File of API keys: lines of a name and a SHA-256, as 'downpour key NAME' prints them." name:"api-key-file" type:"path" placeholder:"FILE"`
	APIKey         string        `help:"One plain API key, for development." name:"api-key" hidden:""`
	WebhookPrivate bool          `help:"Webhooks may go to private addresses, any port and http://." name:"webhook-private"`
	WebsubHub      string        `help:"WebSub hub that is notified when feeds change, and that they name; needs --public-url." name:"websub-hub" placeholder:"URL"`
	PushServices   []string      `help:"Hosts of push services that messages to browsers go to, 'any', or 'none' for no such messages." name:"push-services" default:"fcm.googleapis.com,push.services.mozilla.com,push.apple.com,notify.windows.com" placeholder:"HOST"`
	SMTP           string        `help:"Mail server for letters to visitors, smtp://user:password@host:587 or smtps://…; needs --smtp-from and --public-url." name:"smtp" placeholder:"URL"`
	SMTPFrom       string        `help:"Sender of letters, such as 'Downpour <alerts@example.org>'." name:"smtp-from" placeholder:"ADDRESS"`
	Streams        int           `help:"How many streams of events may be open at a time; a twentieth of them from one address." default:"1000"`
	DrainDelay     time.Duration `help:"How long the server goes on to answer after SIGTERM, with /readyz saying draining; 5s to 10s behind a balancer." default:"0s"`
	Official       bool          `help:"Read the status pages of vendors that the catalogue names, and show what they say."`
	Demo           bool          `help:"Play a past outage as if it began now, in a data directory of its own."`
	LogLevel       slog.Level    `help:"Least level of log lines: debug, info, warn or error." default:"info"`
}

// Validate is called before Run, and names the flag at fault.
func (s *serveCommand) Validate() error {
	if s.ReportsPerMin < 1 {
		return fmt.Errorf("--reports-per-minute: must be at least 1")
	}
	if err := s.siteFlags.Validate(); err != nil {
		return err
	}
	if s.Streams < 1 {
		return fmt.Errorf("--streams: must be at least 1")
	}
	if s.DrainDelay < 0 || s.DrainDelay > longestDrain {
		return fmt.Errorf("--drain-delay: must be between 0s and %s", longestDrain)
	}
	for i, origin := range s.WriteOrigins {
		if at, err := url.Parse(origin); err != nil || at.Scheme == "" || at.Host == "" || origin != at.Scheme+"://"+at.Host {
			return fmt.Errorf("--write-origins: origin %d is not of the form https://status.example.org", i+1)
		}
	}
	for i, address := range s.Redis {
		known := strings.HasPrefix(address, "redis://") || strings.HasPrefix(address, "rediss://")
		if !known && (address != "embedded" || len(s.Redis) > 1) {
			return fmt.Errorf("--redis: address %d is neither 'embedded' nor a redis:// address", i+1)
		}
	}
	if s.RedisWait.replicas > 0 && s.Redis[0] == "embedded" {
		return fmt.Errorf("--redis-wait: the embedded Redis has no replicas")
	}
	if s.ProxyProtocol && len(s.TrustedProxies) == 0 {
		return fmt.Errorf("--proxy-protocol: --trusted-proxies names no forwarder whose PROXY header could be read")
	}
	if s.PublicURL != "" && !isHTTP(s.PublicURL) {
		return fmt.Errorf("--public-url: is not an http(s):// address")
	}
	for i, name := range s.Hosts {
		if !forwarded.IsHost(name) {
			return fmt.Errorf("--host: name %d is not the name of a server such as status.example.org or status.example.org:8080", i+1)
		}
	}
	if s.WebsubHub != "" && (!isHTTP(s.WebsubHub) || s.PublicURL == "") {
		return fmt.Errorf("--websub-hub: must be an http(s):// address, and needs --public-url, by which a hub knows the feeds")
	}
	if _, err := s.mailer(); err != nil {
		return err
	}
	for i, host := range s.PushServices {
		if strings.ContainsAny(host, "/: ") || (host == noPush || host == notify.AnyPushService) && len(s.PushServices) > 1 {
			return fmt.Errorf("--push-services: entry %d is not a host, or not alone", i+1)
		}
	}
	if s.Demo && (s.Clickhouse != "embedded" || len(s.Redis) != 1 || s.Redis[0] != "embedded") {
		return fmt.Errorf("--demo: plays with the engines in the process only, so that it mixes with no other data; leave --redis and --clickhouse out")
	}
	if err := s.validateClickHouse(); err != nil {
		return err
	}
	return s.validateRoles()
}

func (s *serveCommand) validateClickHouse() error {
	if s.Clickhouse == "embedded" {
		if s.ClickCluster != "" {
			return fmt.Errorf("--clickhouse-cluster: the embedded ClickHouse is no cluster; give its addresses by --clickhouse")
		}
		return nil
	}
	addresses := strings.Split(s.Clickhouse, ",")
	for _, address := range addresses {
		if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
			return fmt.Errorf("--clickhouse: is neither 'embedded' nor an http(s):// address")
		}
	}
	if s.ClickCluster == "" && len(addresses) > 1 {
		return fmt.Errorf("--clickhouse: several addresses are those of a cluster, which --clickhouse-cluster must name")
	}
	if s.ClickCluster != "" && !archive.IsClusterName(s.ClickCluster) {
		return fmt.Errorf("--clickhouse-cluster: the name of a cluster has letters, digits, _ and -")
	}
	return nil
}

// isHTTP reports whether a text is the address of a site.
func isHTTP(text string) bool {
	address, err := url.Parse(text)
	return err == nil && address.Host != "" && (address.Scheme == "http" || address.Scheme == "https")
}

// noPush in the place of push services turns push off.
const noPush = "none"

// mailer sends letters, nil where none are sent.
func (s *serveCommand) mailer() (notify.Mailer, error) {
	if s.SMTP == "" {
		return nil, nil
	}
	if s.PublicURL == "" {
		return nil, errors.New("--smtp: needs --public-url, for the links in letters")
	}
	made, err := notify.NewSMTP(s.SMTP, s.SMTPFrom)
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	return made, nil
}

// pushServices are the push services that may be sent to.
func (s *serveCommand) pushServices() []string {
	if slices.Equal(s.PushServices, []string{noPush}) {
		return nil
	}
	return s.PushServices
}

// redisConfig is how the settings reach a Redis outside of the process.
func (s *serveCommand) redisConfig() redisconn.Config {
	return redisconn.Config{Addresses: s.Redis, Replicas: s.RedisWait.replicas, ReplicasWithin: s.RedisWait.within}
}

// publicURL is the address of the server in links, without a slash at its end.
func (s *serveCommand) publicURL() string { return strings.TrimRight(s.PublicURL, "/") }

// ownOrigins are the origins whose pages may write, beside the host that a
// request names: a proxy may change the host.
func (s *serveCommand) ownOrigins() []string {
	origins := slices.Clone(s.WriteOrigins)
	if at, err := url.Parse(s.PublicURL); err == nil && at.Host != "" {
		origins = append(origins, at.Scheme+"://"+at.Host)
	}
	return origins
}

// hosters are the networks of machines for hire that the settings name.
func (s *serveCommand) hosters() (*intake.Hosters, error) {
	if s.HostingRanges == "" {
		return nil, nil
	}
	file, err := os.Open(s.HostingRanges)
	if err != nil {
		return nil, fmt.Errorf("--hosting-ranges: %w", err)
	}
	defer file.Close()
	hosters, err := intake.ReadHosters(file)
	if err != nil {
		return nil, fmt.Errorf("--hosting-ranges: %s: %w", s.HostingRanges, err)
	}
	return hosters, nil
}

// Run serves until ctx ends.
func (s *serveCommand) Run(ctx context.Context, packs country.Set) error {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: s.LogLevel, ReplaceAttr: redact.Attr}))
	if err := limitMemory(s.Clickhouse == "embedded", logger); err != nil {
		return err
	}
	app, err := newApp(ctx, packs, *s, logger)
	if err != nil {
		return err
	}
	return app.run(ctx)
}
