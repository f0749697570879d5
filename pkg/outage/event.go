package outage

// Event is a change as it goes out to an open stream.
type Event struct {
	ID      string // of the stream's own order; a stream can be taken up behind it
	Name    string
	Service string // "" for an event that concerns every listener
	Country Country
	Data    []byte // JSON on one line
}
