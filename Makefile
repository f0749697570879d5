# make run     build and play a past outage on http://localhost:8080, with the engines inside
# make test    everything that CI runs
GO      ?= go
BIN     := bin/downpour
COMMIT  := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
# 1.2.0 at the tag v1.2.0, 1.2.0-3-gabc1234 three commits later; nothing without a tag.
VERSION := $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' 2>/dev/null))
LDFLAGS := -X main.commit=$(COMMIT) $(if $(VERSION),-X main.version=$(VERSION))
E2E     := frontend/e2e
ISLANDS := frontend/dist/report.js
LIBCHDB := pkg/embedded/libchdb
TOOLS   := .ci/tools
READERS := .ci/readers
# Packages but those whose tests run simulations or whole servers.
UNITS   = $(shell $(GO) list ./pkg/... ./api ./frontend/... | grep -vE '/pkg/(scenario|detect/proving|engine|embedded|archive|tools/backtest)(/|$$)')
export GO

.PHONY: build run check test unit race e2e bench bench-archive bench-backtest bench-demo bench-detect bench-real bench-attack bench-failover bench-intake bench-readers bench-reads bench-record bench-size bench-streams chaos clients crash fuzz lint pictures prerequisites recipes structure times

build: prerequisites $(LIBCHDB)/node_modules $(ISLANDS)
	$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/downpour

run: build
	$(BIN) serve --demo

test: lint unit race e2e clients

# The fast loop: what a change most often breaks.
check: prerequisites $(ISLANDS)
	sh .ci/lint fast
	$(GO) test -short $(UNITS)

# The race detector makes tests five to ten times slower, so it runs where
# goroutines share most.
RACED   := ./api ./pkg/httpcache ./pkg/live ./pkg/ratelimit ./pkg/intake ./pkg/lease ./pkg/retry ./pkg/runner ./pkg/redisconn ./pkg/notify ./pkg/status

race: prerequisites
	$(GO) test -race -short -timeout 20m $(RACED)

unit: prerequisites $(LIBCHDB)/node_modules $(ISLANDS)
	$(GO) test -timeout 40m ./...
	cd frontend && npm test --silent

e2e: build $(E2E)/node_modules
	sh $(E2E)/run.sh

# Clients that others generate from the description, against a server; what others
# wrote to read feeds and to verify webhooks; and the commands of docs/recipes.md.
clients: build $(READERS)/node_modules
	$(GO) -C .ci/openapi test -count 1 .
	cd $(READERS) && npm test --silent

# The commands of docs/recipes.md alone.
recipes: build $(READERS)/node_modules
	cd $(READERS) && node --test recipes.test.js

# The scripts of the pages, which the program carries. Pages work without.
$(ISLANDS): frontend/node_modules frontend/package.json $(wildcard frontend/islands/*/*.ts)
	cd frontend && npm run build --silent

# What comes from npm: the embedded ClickHouse, what makes the scripts, the driver
# of the browser tests, and the linters.
%/node_modules: %/package-lock.json | prerequisites
	cd $* && npm ci --no-audit --no-fund
	@touch $@

bench: prerequisites $(LIBCHDB)/node_modules
	$(GO) test -run '^$$' -bench . -benchmem ./pkg/...

# What a backtest of twelve million rows takes.
bench-backtest: prerequisites
	$(GO) test ./pkg/tools/backtest -run TestBacktestAtSize -rows 12000000 -timeout 60m -v

# How long the demo takes until it answers and until it is loaded, and what of
# the processors.
bench-demo: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestDemo$$' -count 1 -v

# Recall, time to detect and false alarms of the detector, and of three rules that
# others use, on simulated streams; then what a minute of many services costs.
bench-detect: prerequisites
	$(GO) test ./pkg/detect/proving -run '^TestProving$$' -count 1 -worlds 5 -timeout 60m -v
	$(GO) test ./pkg/engine -run '^$$' -bench ManySeries -benchtime 150x

# The detector on crowds that nobody here invented: power cuts and bursty streams, by
# training and test part.
bench-real: prerequisites
	$(GO) test ./pkg/detect/proving -run '^TestReal$$' -count 1 -real -timeout 30m -v

# What attackers of a given size can do: 200 tries each to open an incident, the
# fewest networks that open one, attempts to hide an outage, and honest crowds.
bench-attack: prerequisites
	$(GO) test ./cmd/downpour -run 'TestAttackers|TestFewest|TestNobody|TestHonest' -attack-runs 200 -count 1 -timeout 60m -v

# How long reports are not acknowledged when masters of a Redis Cluster are killed,
# or hang, five each, under load, and whether each acknowledged report is counted
# and archived once: with one replica of each master, then with two; and when the slots
# of all counters move, twice.
bench-failover: prerequisites $(LIBCHDB)/node_modules
	for replicas in 1 2; do DOWNPOUR_KILLS=5 $(GO) test -run '^TestClusterFailover' -count 1 -timeout 20m -v ./cmd/downpour \
		-failover-rate 200 -failover-replicas $$replicas || exit 1; done
	$(GO) test -run '^TestClusterReshard$$' -count 1 -timeout 20m -v ./cmd/downpour -failover-rate 200 -reshard-shards 16

# What eight readers of maps of 90 days cost the reports that come in meanwhile.
bench-readers: prerequisites $(LIBCHDB)/node_modules
	DOWNPOUR_BENCH_ROWS=2000000 $(GO) test -run '^TestReadersOfThePast$$' -count 1 -timeout 40m -v ./cmd/downpour

# How many reports the public API acknowledges, and what each costs in processor time
# of the server, Redis and the archive, beside a server that stores nothing.
bench-intake: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestIntake$$' -intake-for 60s -count 1 -timeout 20m -v

# How long the 17 million reports of a record day take, single ones and batches of
# importers at once, and whether each is archived once.
bench-record: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestRecordDay$$' -record-reports 17000000 -count 1 -timeout 90m -v

# What each of 10,000 open streams takes in memory, and how late their events are.
bench-streams: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestManyStreams$$' -streams 10000 -count 1 -timeout 10m -v

# What a report costs, what the server keeps and how soon reports are shown, at one, two and
# four times as many services, towns and countries.
bench-size: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestCostBySize$$' -size-for 30s -count 1 -timeout 20m -v

# How many answers a second come from the live window while reports come in: maps,
# tables, series and incidents beside the list of services, in turn; then what pages and
# a map cost beside a server that sends the same bytes from its memory.
bench-reads: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^(TestReadRates|TestPageRates)$$' -read-rounds 20 -page-rounds 10 -count 1 -v

# How fast reports go into the archive, what they weigh there, and how long the API
# takes for maps and series of the past, over 50 million reports: about 45 minutes.
bench-archive: prerequisites $(LIBCHDB)/node_modules
	DOWNPOUR_BENCH_ROWS=50000000 $(GO) test -run '^TestArchiveAtSize$$' -count 1 -timeout 90m -v ./pkg/archive

# Kills the server, and Redis, 200 times each way under load.
crash: prerequisites $(LIBCHDB)/node_modules
	DOWNPOUR_KILLS=200 $(GO) test -run '^TestKilledUnderLoad$$' -count 1 -timeout 60m -v ./cmd/downpour

# Kills, stops, cuts off, slows and fills up two servers, their Redis, their ClickHouse
# and what connects them, at random for ten minutes under load.
chaos: prerequisites $(LIBCHDB)/node_modules
	$(GO) test ./cmd/downpour -run '^TestChaos$$' -chaos-for 10m -count 1 -timeout 60m -v

# Each fuzz target for a short time, beyond its seeds, which make unit runs.
fuzz: prerequisites
	sh .ci/fuzz $(FUZZTIME)

lint: prerequisites $(TOOLS)/node_modules
	sh .ci/lint

# The longest functions and files, the imports and the test ratio of each package;
# beside those of a git revision: make structure SINCE=v1.0.0.
structure: prerequisites
	@$(GO) -C .ci/structure run . ../.. $(SINCE)

# The pictures of the README, of a demonstration.
pictures: build $(E2E)/node_modules
	sh $(E2E)/pictures.sh docs/pictures

# What the pages weigh, and how fast they come to slow phones.
times: build $(E2E)/node_modules
	sh $(E2E)/times.sh

prerequisites:
	@sh .ci/prerequisites
