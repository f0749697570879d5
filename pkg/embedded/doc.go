// Package embedded runs the engines inside the process, for one-command use on
// one machine. It promises the protocol of the real ones, so that the same
// client code reaches both. It refuses to be more: what is kept here is for
// one server, and the embedded Redis forgets everything when it stops.
package embedded
