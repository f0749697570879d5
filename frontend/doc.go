// Package frontend is the web site: its routes, its responses and its report
// form. The pages are made by frontend/page, their pictures by frontend/draw,
// their addresses by frontend/address. The server makes whole pages, pictures
// included; no script is needed to read or to report.
//
// It owns the styles, the scripts and the cache of responses. It guarantees that
// a public page sets no cookie, depends on nothing but its address and carries
// an ETag, and that what a visitor sent is shown again only as escaped text. Counts,
// incidents and places come through interfaces.
package frontend
