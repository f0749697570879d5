// Package runner drives the engine by the clock: one closed minute after the
// other in the live server, and stretches of the past for imports.
//
// It owns who of several servers detects (a lease), catching up after a restart,
// where the state of the engine is kept, and the order in which what was found is
// recorded and forgotten. It promises that each minute is judged once and that each
// change reaches the record of incidents before the state that has it is saved. It
// decides nothing about counts: the engine does.
package runner
