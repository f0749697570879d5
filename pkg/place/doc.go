// Package place knows the names that people type for where they are: the postal codes,
// regions, counties, districts, towns and localities of the covered countries, in the
// scripts of their languages.
//
// It owns how those names are compared: without regard to case, accents, hyphens, dots
// or spaces, with the digits of any script, in any order of the parts of an address, and
// with a wrong letter or two where only one place can be meant. The names and the
// grammars of codes are the countries' own, from package country.
//
// It promises that Resolve understands the name of whatever Search offers and Resolve
// suggests as the same place, and that of a whole postal code it keeps the part that the
// tables have only.
//
// It refuses to guess. Of several places that may be meant it gives what they have in
// common, and the places themselves as candidates.
package place
