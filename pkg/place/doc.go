// Package place knows the names that people type for where they are: the postal codes
// and the cities of the covered countries, in the scripts of their languages.
//
// It owns how those names are compared: without regard to case, accents, hyphens, dots
// or spaces, and with the digits of any script. The names and the grammars of codes are
// the countries' own, from package country.
//
// It promises that whatever Search offers, Lookup understands as the same place, and
// that of a whole postal code it keeps the part that the tables have only.
//
// It refuses to guess. A name that is in no table is an error that says which
// kind of name it was not; the text itself is never repeated.
package place
