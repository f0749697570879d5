// Package draw makes the pictures of the pages from plain values: maps, charts,
// badges and symptoms as SVG, the share picture as PNG, and the cells that the
// map client draws.
//
// It owns the projection of each country and the classes of colours. It
// guarantees that text stands in a picture only escaped. It does not read counts
// and does not translate: numbers and texts are given to it.
package draw
