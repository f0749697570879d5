package detect

import "github.com/open-downpour/downpour/pkg/outage"

// recurrenceBlock is the length of the blocks whose largest run evidence is remembered.
const (
	recurrenceBlock  = 6 * 60
	recurrenceBlocks = 21 * 24 * 60 / recurrenceBlock
)

// recurrence records how large the excursions of the whole country have been,
// whatever was open, so that what happens about once in ten days opens nothing. It has a
// fixed size and is saved as it stands.
type recurrence struct {
	First   int64 // block in which it began
	Block   int64
	Largest float32 // run evidence of the present block
	// Past is the largest run evidence of earlier blocks, cyclic by number; 0 for
	// one that had nothing of note.
	Past [recurrenceBlocks]float32
}

// advance begins a block where a minute is the first of one.
func (r *recurrence) advance(minute outage.Minute) {
	block := int64(minute.Floor(recurrenceBlock)) / recurrenceBlock
	if r.First == 0 {
		r.First, r.Block = block, block
	}
	for r.Block < block {
		if r.Largest < recurrenceLeast {
			r.Largest = 0
		}
		before := &r.Past[(r.Block+recurrenceBlocks-1)%recurrenceBlocks]
		if *before > 0 && r.Largest > 0 { // one event, however long
			r.Largest = max(r.Largest, *before)
			*before = 0
		}
		r.Past[r.Block%recurrenceBlocks] = r.Largest
		r.Block, r.Largest = r.Block+1, 0
		r.Past[r.Block%recurrenceBlocks] = 0
	}
}

const recurrenceLeast = 8 // nats, from which a block is remembered

// record takes in the run evidence of a minute.
func (r *recurrence) record(evidence float64) { r.Largest = max(r.Largest, float32(evidence)) }

// required is the run evidence that an alarm of the country must exceed: a part of the
// second largest that is remembered. A series of bursts has many large excursions and a
// tail that no dispersion covers. Where few had what opens, these were outages, and the
// next one need not be as large.
func (r *recurrence) required(p *Params) float64 {
	const blocksAWeek = 7 * 24 * 60 / recurrenceBlock
	largest, second, opening := float32(0), float32(0), 0
	for _, evidence := range r.Past {
		if float64(evidence) >= p.RunNeeded {
			opening++
		}
		second = max(second, min(largest, evidence))
		largest = max(largest, evidence)
	}
	required := p.RecurrencePart * float64(second)
	weeks := min(float64(r.Block-r.First), recurrenceBlocks) / blocksAWeek
	if float64(opening) <= 1+p.RecurrenceWeekly*weeks {
		required = min(required, p.RecurrenceCap)
	}
	return required
}

// Recurs reports whether a count of the whole country, over so many minutes, is no more
// than what its past excursions show to be ordinary.
func (c *Charts) Recurs(observed float64, minutes int, normal Normal) bool {
	_, upper := normal.Rates(country)
	evidence := runEvidence(observed, upper*float64(minutes), normal.DispersionAt(country, minutes))
	return evidence <= c.recurrence.required(c.params)
}

// recordCountry follows the excursions of the whole country, open incidents
// included.
func (c *Charts) recordCountry(minute outage.Minute, reporters uint32, normal Normal) {
	c.recurrence.advance(minute)
	c.weigh(&c.country, country, normal)
	e := &c.country.excursion
	if e.step(&c.country.weights, reporters, minute, float32(c.params.Cap)) == 0 {
		return
	}
	for i := range e.Evidence {
		if e.Evidence[i] > 0 {
			evidence, _, _ := e.asRun(country, i, minute, normal)
			c.recurrence.record(evidence)
		}
	}
}
