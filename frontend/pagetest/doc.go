// Package pagetest holds the readings, incidents, services and shapes that the
// tests of the pages are made with: a day on which WhatsApp fails in India.
//
// It owns the made-up numbers. It guarantees that the same question has the same
// answer. No server imports it.
package pagetest
