package outage

import "time"

// RegisterFile is one version of the register of a calendar quarter, as it is stored.
// What was stored is never replaced: a change makes the next version.
type RegisterFile struct {
	Quarter   string // "2025-Q1"
	Version   int    // counts from 1
	CreatedAt time.Time
	Incidents int
	Digest    string // SHA-256 of Rows, in lower-case hexadecimal
	Rows      []byte // of the register, as JSON
}
