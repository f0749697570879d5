// Package frontend owns the pages of Downpour: what a person sees and the form
// they report with. The server makes whole pages, pictures included; no script
// is needed to read or to report.
//
// It guarantees that a public page sets no cookie, depends on nothing but its
// address, carries an ETag, and says what users report and never that a
// service is down. Every sentence comes from a catalogue of pkg/locale. What a
// visitor sent is shown again only as escaped text.
//
// It refuses to count, to judge and to know places: those come through the
// interfaces in ports.go.
package frontend
