// Package page makes the pages: it reads what a page shows, puts it into words
// and renders the template.
//
// It owns the view models and the templates. It guarantees that a page is made
// of what could be read, says what is missing or old, and says what users report
// and never that a service is down. It does not answer requests, and neither
// counts nor judges: numbers come through the interfaces in ports.go.
package page
