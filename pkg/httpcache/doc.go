// Package httpcache caches HTTP responses with their encodings, so that a response is
// made and compressed once in a period and not once a request.
//
// It implements the encodings, entity tags, single flight, and serving stale entries
// during a fill. One caller at a time fills a key, and a caller that is cancelled affects
// no other. Entries whose keys are an open set are bounded by count and bytes, so that
// clients cannot exhaust the memory. It does not depend on a web framework; the caller
// sends the response.
package httpcache
