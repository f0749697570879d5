// Package cell turns a coordinate into an H3 cell and a cell into its region,
// and gives the shapes that maps draw.
//
// It owns the geography of the covered countries: from the tables of package country,
// which cell belongs to which region and district. There are no polygons in it. A
// region is a set of cells, an outline is the edge of a set.
//
// It promises that equal questions get equal answers, in any order and from any
// number of goroutines; that a coordinate is used for one call and then
// forgotten; and that asking for the region of a cell of the tables stays in
// Go, since a call into the C library costs more than the lookup itself.
//
// It refuses to say where a place outside these countries lies, and to tell
// places finer than resolution 6.
package cell
