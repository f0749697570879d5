// Package place knows the names that people type for where they are: British
// postcodes, Indian PIN codes and cities in the scripts of both countries.
//
// It owns the tables of those names, and how they are compared: without regard
// to case, accents, hyphens, dots or spaces, and with the digits of any script.
//
// It promises that whatever Search offers, Lookup understands as the same
// place, and that of a full postcode it keeps the district only.
//
// It refuses to guess. A name that is in no table is an error that says which
// kind of name it was not; the text itself is never repeated.
package place

//go:generate npm ci --prefix generate --no-audit --no-fund
//go:generate sh -c "node generate/cities.js > cities.csv"
