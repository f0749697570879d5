// Package outage is the vocabulary of Downpour: the words that every stage of
// a report's path shares, and nothing else. It owns no state, does no I/O and
// imports no other package of the project.
//
// One word stands for one idea. A Report is what one person said about one
// Service at one Minute in one Cell; a Count is a sum of such reports; a
// Signal is a count that its Baseline does not explain; an Incident is what
// became of signals.
package outage
