// Package address holds the addresses of the pages: the path of a page, the
// query of the list of incidents, and the query that is the state of the large
// map.
//
// It owns their reading and their writing. It guarantees that what it writes is
// the one canonical form, and reads back as the same value. It does not answer
// requests.
package address
