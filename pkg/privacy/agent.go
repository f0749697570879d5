package privacy

import (
	"slices"
	"strings"

	"github.com/open-downpour/downpour/pkg/redact"
)

// longestProduct bounds the name before the slash, and longestAgent what is
// taken for one agent.
const (
	longestProduct = 40
	longestAgent   = 256
)

// products are names that stand in User-Agent headers before a slash and a
// version. The plain ones are words of other things as well, so that nothing may
// stand before them that could belong to a path.
var (
	products = []string{"mozilla", "applewebkit", "okhttp", "dalvik", "cfnetwork", "chrome", "chromium", "firefox", "safari",
		"python-requests", "python-urllib", "python-httpx", "aiohttp", "go-http-client", "postmanruntime", "node-fetch", "undici",
		"apache-httpclient", "libwww-perl", "httpie", "samsungbrowser", "ucbrowser", "miuibrowser", "googlebot", "bingbot",
		"facebookexternalhit"}
	plainProducts = []string{"curl", "wget", "axios", "gecko", "edg", "opr", "opera", "fxios", "crios"}
)

// agentAt recognises a user agent by the slash between a product and its
// version: of a known product, or of any product that a comment or another
// product follows, as in "Example/1.0 (Linux)".
func agentAt(_ *Scanner, before, rest []byte) (m found, ok bool) {
	if len(rest) < 2 || !isDigit(rest[1]) {
		return m, false
	}
	name := wordBefore(before)
	if name == "" {
		return m, false
	}
	m = found{kind: Agent, back: len(name), n: agentEnd(rest), excerpt: redact.Mask}
	boundary := lastOf(before[:len(before)-len(name)])
	inPath := boundary == '/' || boundary == '.' || boundary == '_'
	if known := product(name); known != "" {
		m.back, m.excerpt = len(known), known+"/"+redact.Mask
		return m, !inPath || !slices.Contains(plainProducts, strings.ToLower(known))
	}
	return m, !inPath && isProduct(name) && name != "HTTP" && moreFollows(rest[:m.n])
}

// product is the known product that a name ends with, as it is written there,
// or "".
func product(name string) string {
	lower := strings.ToLower(name)
	for _, known := range products {
		if strings.HasSuffix(lower, known) {
			return name[len(name)-len(known):]
		}
	}
	for _, known := range plainProducts {
		if lower == known {
			return name
		}
	}
	return ""
}

// isProduct reports whether a word can name a product.
func isProduct(name string) bool {
	return len(name) >= 3 && len(name) <= longestProduct && name[0] >= 'A' && name[0] <= 'Z'
}

// agentEnd is where an agent that goes on with rest ends: at a byte that is not
// printable, or at a quote.
func agentEnd(rest []byte) int {
	n := 1
	for n < len(rest) && n < longestAgent && rest[n] >= ' ' && rest[n] < 0x7f && rest[n] != '"' {
		n++
	}
	return n
}

// moreFollows reports whether a comment or a product follows a version.
func moreFollows(rest []byte) bool {
	version, more, ok := strings.Cut(string(rest[1:]), " ")
	if !ok || strings.Trim(version, "0123456789.abrc-") != "" {
		return false
	}
	if strings.HasPrefix(more, "(") {
		return len(more) > 3 && isLetter(more[1])
	}
	next, number, ok := strings.Cut(more, "/")
	return ok && isProduct(next) && len(number) > 0 && isDigit(number[0]) &&
		wordBefore([]byte(next)) == next
}
