// Package pkg holds the stages of a report's path, in this order:
//
//  1. intake takes a request: limits, checks, who is asking, whether they said
//     the same before.
//  2. cell and place turn a coordinate, a postal code or a city into an H3 cell.
//     The coordinate ends there. country has the tables of the countries for them.
//  3. bucket adds the report to Redis in one atomic step: a counter for each
//     service, cell and minute, and an entry in the report log.
//  4. baseline knows what is normal for a service and a place at an hour of the
//     week; detect tells closed minutes that it does not explain; incident makes
//     of that what opens, moves and ends. engine is the three together, as a
//     pure function of the minutes before; runner drives it by the clock, for the
//     live server and for imports.
//  5. archive moves the report log into ClickHouse, each report once, and answers
//     questions about the past.
//  6. public turns counts into what the public sees, through one table with a
//     floor for privacy. public/register lists every incident by quarter, in
//     files whose versions are never replaced.
//  7. notify sends what becomes of incidents to webhooks, in the formats of the tools
//     that people use; capalert writes one of them, the Common Alerting Protocol.
//
// Beside the path stand outage, the words that all stages share; catalog, the
// services that people report; status, what vendors say of their own services; scenario, past outages as rows to play and to
// test against; embedded, the engines inside the process for one-command use;
// client, which calls the API of a server; live, which fans changes out to open
// streams; httpcache, which keeps answers that many ask for; locale, the languages and their texts; lease, by which one
// of several servers does a piece of work; forwarded, which finds a client
// behind proxies; proxyheader, which finds it behind TCP forwarders; crosssite,
// which finds writes that pages of other sites sent; ratelimit, which bounds what
// strangers may do by their network; redisconn, the connection to Redis; redact,
// which masks secrets in errors and logs; outbound, the HTTP clients for addresses that
// others choose; retry, which repeats what fails for a while; privacy, which searches what was written
// for what must not be at rest; wholefile, which replaces files so that a crash
// leaves them whole; apikey, which knows who may import and subscribe; boltfile, which opens files of
// keys and values that may be damaged; wanted, which counts services that people miss; csvtable, which reads and
// writes CSV tables; duration, which reads lengths of time; metrics, which makes them; redistest, the engines
// for tests; suppression, the minimum count of the public table; cell/celltest, the geography for them; notify/notifytest, who receives letters
// and messages there; and tools, the subcommands that are not the server.
//
// A stage imports outage and none of its neighbours: the command wires them.
// The table of layering_test.go says what each package may import.
package pkg
