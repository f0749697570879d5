// Package runner runs the engine: on each closed minute in the live server, and on past
// spans for imports.
//
// It elects the server that detects (by a lease), catches up after a restart, stores the
// state of the engine, and records changes of incidents. Each minute is processed once,
// and its changes reach the repository of incidents before the state after it is saved.
// Detection itself is the engine's.
package runner
