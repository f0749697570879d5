// Package pack builds the data of a country from boundaries as GeoJSON and tables as
// CSV, and checks the data of a country.
//
// It owns how outlines become cells: a cell of resolution 6 belongs to the region in
// which its middle lies, a cell at the coast to the region it touches most, and finer
// cells along borders to their own region. It guarantees that what Build wrote can be
// read by package country. It knows nothing of running servers.
package pack
