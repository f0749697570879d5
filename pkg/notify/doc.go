// Package notify tells webhooks, the browsers and mailboxes of visitors and the WebSub hub of the feeds what
// becomes of incidents.
//
// It owns the subscriptions, the log of events and the deliveries. An event is derived
// from the difference between an incident and what was last seen of it, and both are
// stored in one write: after a crash at any point the same event is derived again, under
// the same id, or was stored. A webhook receives every event that its filter selects at
// least once and always under the same id, those of one incident in their order. What
// fails is repeated for a day and then listed as dead. Each webhook has a queue of its
// own, and webhooks that fail share few connections, so that they delay no other.
//
// It decides nothing about incidents, counts nothing, and sees them only in their public
// form. Whether an address may be reached is decided by the HTTP client that it is given.
package notify
