// Package pagetest holds the readings, incidents, services and shapes that the
// tests of the pages are made with: a day on which WhatsApp fails in India.
//
// It owns the made-up numbers. The same call has the same result
// always. No server imports it.
package pagetest
