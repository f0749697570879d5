// Package notifytest receives what visitors are sent: a mail server, and the browser's end of
// Web Push. Both hold the sender to the RFCs.
//
// It is for tests of package notify and of the whole server, and imports neither.
package notifytest
