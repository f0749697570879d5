// Package page makes the pages: it reads their data, formats the texts and renders the
// template.
//
// It owns the view models and the templates. A page is made of the data that could be read
// and marks missing or old parts. Its texts describe what users report and never claim that a
// service is down. Numbers come through the interfaces in ports.go; requests are handled by
// package frontend.
package page
