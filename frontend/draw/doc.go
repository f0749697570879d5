// Package draw makes the pictures of the pages from plain values: maps, charts,
// badges and symptoms as SVG, the share picture as PNG, and the cells that the
// map client draws.
//
// It owns the projection of each country and the classes of colours. Text in
// a picture is always escaped. Numbers and translated texts are passed in.
package draw
