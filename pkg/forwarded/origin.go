package forwarded

import (
	"regexp"
	"strings"
)

// hostName is what a Host header may be to stand in links.
var hostName = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$`)

// Origin is the address of a server in links, without a slash at its end, by the scheme
// and the Host header of a request; "" where the host cannot stand in a link. Both come
// from the client or a proxy, so every scheme but https is taken for http.
func Origin(scheme, host string) string {
	if !hostName.MatchString(host) {
		return ""
	}
	if scheme != "https" {
		scheme = "http"
	}
	return scheme + "://" + strings.ToLower(host)
}
