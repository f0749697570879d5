package frontend

import (
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/open-downpour/downpour/frontend/address"
	"github.com/open-downpour/downpour/frontend/page"
)

// Bounds of the addresses that are remembered.
const (
	mostAddresses  = 1000
	longestAddress = 100
)

// addresses reads the paths of pages, and remembers the latest: which page a path is of
// does not change as long as the process runs.
type addresses struct {
	services page.Services
	places   page.Places
	latest   *lru.Cache[string, readAddress]
}

// readAddress is an address and its path, to which other spellings are redirected.
type readAddress struct {
	address.Address
	path string
}

func newAddresses(services page.Services, places page.Places) (*addresses, error) {
	latest, err := lru.New[string, readAddress](mostAddresses)
	return &addresses{services, places, latest}, err
}

// of is the address of a path, whose memory it does not keep; false where there is no page.
func (a *addresses) of(path string) (readAddress, bool) {
	if known, ok := a.latest.Get(path); ok {
		return known, true
	}
	path = strings.Clone(path) // parts of it outlive the request in the cache
	at, ok := address.Parse(a.services, path)
	if !ok {
		at, ok = address.ParsePlace(a.services, a.places, path)
	}
	if !ok {
		return readAddress{}, false
	}
	read := readAddress{at, at.Path()}
	if len(path) <= longestAddress {
		a.latest.Add(path, read)
	}
	return read, true
}
