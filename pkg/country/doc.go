// Package country reads countries, which are data: a folder with a manifest and CSV
// tables of cells, regions, districts, postal codes, places and holidays.
//
// It owns the form of that folder, and the folders that are part of the program. It
// guarantees that what it returns has the right form: codes that belong to the country,
// zones that exist, expressions that compile; an error names the file and the line. It
// reads the manifest, the regions and the holidays of a pack when it is loaded, and
// each large table when it is first asked for.
//
// It does not look cells up and does not search names: packages cell and place do that
// with its tables.
package country

//go:generate npm ci --prefix generate --no-audit --no-fund
//go:generate node generate/cities.js packs/gb packs/in
