package baseline

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// block is five minutes of counts that wait to be learnt.
type block struct {
	Start    outage.Minute
	Totals   [BlockMinutes]uint32 // reporters of each minute in the whole country
	Minutes  uint8                // how many were observed
	Dropped  bool
	Holiday  bool
	Slot     uint8
	Week     int32
	Mean     float32 // what was expected of a minute
	Seasonal float32 // the same without the fast level
	// Unplaced is the reporters without a place.
	Unplaced uint32
	// Covered is the part of the country's reporters that is expected in places
	// that open incidents cover.
	Covered float32
}

// waitingBlock is a block and its metro cells.
type waitingBlock struct {
	block
	cells []cellCount
}

// cellCount is the reporters of a metro cell within a block.
type cellCount struct {
	Handle    int32
	Reporters uint32
	Covered   bool // by an open incident: not learnt
}

// PoolCount is what a series learnt of one metro cell, for the pool. Key is 0 for
// reporters without a place.
type PoolCount struct {
	Key       outage.Cell
	Reporters float32
}

// InOpenBlock reports whether a minute is part of the block being counted.
func (s *Series) InOpenBlock(minute outage.Minute) bool {
	return minute >= s.open.Start && minute < s.open.Start+BlockMinutes
}

// Observe counts the reporters of one minute: in the whole country, and by
// metro cell. It must be called once for each minute, after BeginBlock where the
// minute begins a block.
func (s *Series) Observe(minute outage.Minute, reporters uint32) {
	s.open.Totals[minute-s.open.Start] = reporters
	s.open.Minutes++
}

// ObserveAt counts reporters of the open block in one metro cell, or Nowhere.
// Calls for one minute come in ascending order of handles.
func (s *Series) ObserveAt(handle int32, reporters uint32, now LocalTime) {
	if handle == Nowhere {
		s.open.Unplaced += reporters
		return
	}
	place := &s.places.list[handle]
	if place.openCell == 0 {
		s.open.cells = append(s.open.cells, cellCount{Handle: handle})
		place.openCell = int32(len(s.open.cells))
	}
	s.open.cells[place.openCell-1].Reporters += reporters
	place.Seen = int32(now.Day)
	if place.Parent != Nowhere {
		s.places.list[place.Parent].Seen = int32(now.Day)
	}
}

// Drop marks everything that waits, the open block included: an incident is
// open, or data are missing, and none of it will be learnt as ordinary.
func (s *Series) Drop() {
	s.open.Dropped = true
	for i := range s.queue {
		s.queue[i].Dropped = true
	}
}

// CoverBlock keeps places that live has no part of out of learning in the open block,
// and with waiting also in the blocks that wait. covered is the part of the country's
// reporters that is expected there.
func (s *Series) CoverBlock(live Live, covered float64, waiting bool) {
	s.open.cover(live, covered)
	for i := range s.queue {
		if waiting {
			s.queue[i].cover(live, covered)
		}
	}
}

func (w *waitingBlock) cover(live Live, covered float64) {
	w.Covered = max(w.Covered, float32(covered))
	for i := range w.cells {
		if live.part(w.cells[i].Handle) == 0 {
			w.cells[i].Covered = true
		}
	}
}

// ordinary is the reporters of a block, with what is expected of covered places in
// place of what they had.
func (w *waitingBlock) ordinary() float64 {
	count := w.reporters()
	if w.Covered == 0 {
		return count
	}
	for _, at := range w.cells {
		if at.Covered {
			count -= float64(at.Reporters)
		}
	}
	return count + float64(w.Mean)*float64(w.Covered)*float64(w.Minutes)
}

// Recent adds up the reporters since a minute, as far back as counts wait to be
// learnt and in whole blocks: by metro cell into counts, which has room for
// every handle, and in the whole country. It returns the minutes that were
// observed.
func (s *Series) Recent(since outage.Minute, counts []uint32) (total uint32, minutes int) {
	take := func(w *waitingBlock) {
		if w.Start+BlockMinutes <= since {
			return
		}
		total += uint32(w.reporters())
		minutes += int(w.Minutes)
		for _, at := range w.cells {
			counts[at.Handle] += at.Reporters
		}
	}
	for i := range s.queue {
		take(&s.queue[i])
	}
	take(&s.open)
	return total, minutes
}

// BlockResult is what BeginBlock did.
type BlockResult struct {
	PoolCounts []PoolCount // valid until the next BeginBlock
	Moved      []int32     // new handles of places, nil when they are as before
}

// BeginBlock begins the block that starts at now: it closes the block before, learns
// what has waited long enough, and works out what is expected next. Frozen
// keeps the fast level as it is. Busy tells which cells may not be forgotten.
func (s *Series) BeginBlock(now LocalTime, pool *Pool, frozen bool, busy func(int32) bool) BlockResult {
	var turned BlockResult
	holiday := s.open.Holiday
	if s.open.Minutes > 0 {
		s.closeBlock(frozen)
	}
	if !s.quarantined(frozen) {
		turned.PoolCounts = s.commit(now.Minute, pool)
	}
	if day := int32(now.Day); day != s.stats.Day {
		s.stats.Day = day
		turned.Moved = s.newDay(busy)
	}
	if holiday && !now.Holiday {
		s.endHoliday()
	}
	s.updateLevel(now, pool)
	s.estimateNoise()
	s.open.block = block{
		Start: now.Minute.Floor(BlockMinutes),
		Slot:  uint8(now.Slot), Week: int32(now.Week), Holiday: now.Holiday,
		Mean: float32(s.level.Mean), Seasonal: float32(s.level.Seasonal),
	}
	return turned
}

// quarantined reports whether what waits may yet turn out to be an outage, so that
// it waits on: a slow one would else be half learnt before it opens.
func (s *Series) quarantined(frozen bool) bool {
	n := len(s.queue)
	return frozen && n > 0 && !s.queue[n-1].Dropped && !s.young(&s.queue[n-1].block) &&
		s.stats.FrozenBlocks < int32(s.params.FastFrozenAtMost)
}

// closeBlock moves the open block into the queue.
func (s *Series) closeBlock(frozen bool) {
	s.updateFastLevel(&s.open, frozen)
	for _, at := range s.open.cells {
		s.places.list[at.Handle].openCell = 0
	}
	s.queue = append(s.queue, s.open)
	s.open = waitingBlock{}
	if n := len(s.spare); n > 0 {
		s.open.cells, s.spare = s.spare[n-1][:0], s.spare[:n-1]
	}
}

// commit learns or drops the blocks that have waited long enough.
func (s *Series) commit(now outage.Minute, pool *Pool) []PoolCount {
	s.poolCounts = s.poolCounts[:0]
	ripe := 0
	for ; ripe < len(s.queue); ripe++ {
		b := &s.queue[ripe]
		if b.Start+BlockMinutes+outage.Minute(s.params.QueueMinutes) > now {
			break
		}
		s.commitBlock(b, pool)
		s.spare = append(s.spare, b.cells)
	}
	s.queue = append(s.queue[:0], s.queue[ripe:]...)
	return s.poolCounts
}

// RefreshShares takes over the pooled shares, after the pool published anew.
func (s *Series) RefreshShares(pool *Pool) { s.places.refresh(pool) }

func (s *Series) newDay(busy func(int32) bool) []int32 {
	keep := float32(math.Exp2(-1 / s.params.LevelHalfLife))
	moved := s.places.decay(keep, s.stats.Day-int32(s.params.IdleDays), busy)
	if moved == nil {
		return nil
	}
	for i := range s.queue {
		for j := range s.queue[i].cells {
			at := &s.queue[i].cells[j]
			at.Handle = moved[at.Handle]
		}
	}
	remaining := s.windows[:0]
	for h, w := range s.windows {
		if moved[h] >= 0 {
			remaining = append(remaining, w)
		}
	}
	s.windows, s.emptyFor = remaining, 0
	return moved
}

// updateFastLevel moves the fast level by a block that has just closed.
func (s *Series) updateFastLevel(b *waitingBlock, frozen bool) {
	m := &s.stats
	if b.Dropped && !frozen {
		return // missing data are no level
	}
	if s.isNew(b.Start) && !b.Dropped {
		frozen = false // a rise may be the first morning
	}
	if frozen && m.FrozenBlocks < int32(s.params.FastFrozenAtMost) {
		m.FrozenBlocks++
		return
	}
	if !frozen {
		m.FrozenBlocks = 0
	}
	count := min(b.ordinary(), s.clip(&b.block))
	keep := math.Exp2(-BlockMinutes / s.params.FastHalfLife)
	m.FastCount = m.FastCount*keep + count
	m.FastExpected = m.FastExpected*keep + float64(b.Seasonal)*float64(b.Minutes)
	// A level that left its bounds comes back from the bound, not from where it
	// went: else the morning after a holiday starts from the holiday.
	m.FastCount = max(m.FastCount, s.params.FastLow*(m.FastExpected+s.params.FastWeight)-s.params.FastWeight)
}

// endHoliday forgets that fewer people than on other days were about.
func (s *Series) endHoliday() {
	s.stats.FastCount = max(s.stats.FastCount, s.stats.FastExpected)
}

func (b *block) reporters() float64 {
	sum := uint32(0)
	for _, n := range b.Totals {
		sum += n
	}
	return float64(sum)
}

// clip is the most that a block may teach: three standard deviations above
// what was expected, where the wander of the level is taken for a quarter of the
// mean at least. A young series may learn anything.
func (s *Series) clip(b *block) float64 {
	if s.young(b) {
		return math.Inf(1)
	}
	m := float64(b.Mean) * float64(b.Minutes)
	wander := max(.25, s.level.Volatility)
	variance := m + s.level.Dispersion*m*m/BlockMinutes + (wander*m)*(wander*m)
	return m + 3*math.Sqrt(variance) + 1
}

// isNew reports whether nothing can be known yet of the hours of the day.
func (s *Series) isNew(minute outage.Minute) bool {
	return minute-s.stats.First < outage.Minute(s.params.NewMinutes)
}

func (s *Series) young(b *block) bool {
	return b.Start-s.stats.First < outage.Minute(s.params.YoungMinutes)
}

// commitBlock learns a block that has waited, or drops it. A slot that was
// dropped in the week before as well is learnt anyway: what happens every week
// at the same hour is a habit, and so is a level that came to stay.
func (s *Series) commitBlock(b *waitingBlock, pool *Pool) {
	if b.Dropped {
		last := s.stats.SlotDropped[b.Slot]
		if last == 0 || int32(last) != b.Week-1 {
			s.stats.SlotDropped[b.Slot] = uint16(b.Week)
			return
		}
	}
	s.learn(b, pool)
}

func (s *Series) learn(b *waitingBlock, pool *Pool) {
	p, m := &s.params, &s.stats
	raw := b.ordinary()
	count, minutes := min(raw, s.clip(&b.block)), float64(b.Minutes)
	part := 1.
	if count < raw {
		part = count / raw
	}

	if !b.Holiday { // a holiday is no example of its weekday
		keep := math.Exp2(-BlockMinutes / (p.LevelHalfLife * minutesADay))
		m.Count = m.Count*keep + count
		m.Minutes = m.Minutes*keep + minutes
		s.learnSlot(&b.block, float32(count), pool)
		if b.Covered == 0 && b.Start-m.First >= outage.Minute(p.DispersionAfter) {
			s.learnDispersion(&b.block, part)
			s.learnVolatility(&b.block, count)
		}
	}
	if b.Unplaced > 0 {
		reporters := float32(float64(b.Unplaced) * part)
		s.places.unplaced += reporters
		s.places.total += reporters
		s.poolCounts = append(s.poolCounts, PoolCount{Reporters: reporters})
	}
	for _, at := range b.cells {
		if at.Covered {
			continue
		}
		reporters := float32(float64(at.Reporters) * part)
		s.places.add(at.Handle, reporters)
		s.poolCounts = append(s.poolCounts, PoolCount{Key: s.places.list[at.Handle].Key, Reporters: reporters})
	}
}

// learnSlot adds a block to its slot, hour and weekday. Their older memory
// fades when the slot begins, once a week for a slot.
func (s *Series) learnSlot(b *block, count float32, pool *Pool) {
	m, slot := &s.stats, int(b.Slot)
	hour, weekday := slot%hours, slot/hours
	if m.LastSlot != int16(slot) {
		m.LastSlot = int16(slot)
		keep := float32(s.params.SlotKeep)
		m.SlotCount[slot] *= keep
		m.SlotMinutes[slot] *= keep
		aDay := float32(math.Exp2(-1 / s.params.LevelHalfLife))
		m.HourCount[hour] *= aDay
		m.HourMinutes[hour] *= aDay
		anHourOfAWeek := float32(math.Exp2(-weekdays / (hours * s.params.LevelHalfLife)))
		m.WeekdayCount[weekday] *= anHourOfAWeek
		m.WeekdayMinutes[weekday] *= anHourOfAWeek
	}
	minutes := float32(b.Minutes)
	m.SlotCount[slot] += count
	m.SlotMinutes[slot] += minutes
	m.HourCount[hour] += count
	m.HourMinutes[hour] += minutes
	m.WeekdayCount[weekday] += count
	m.WeekdayMinutes[weekday] += minutes * float32(s.byHour(hour, s.base(), pool))
}

// learnDispersion learns the dispersion by moments: what the squared strays of
// single minutes have beyond the mean, over the squared means.
func (s *Series) learnDispersion(b *block, part float64) {
	m := &s.stats
	keep := math.Exp2(-BlockMinutes / (s.params.DispersionHalfLife * minutesADay))
	mean, sum := float64(b.Mean), 0.
	// A series that begins within a block has observed the last minutes of it.
	for _, n := range b.Totals[BlockMinutes-b.Minutes:] {
		stray := float64(n)*part - mean
		sum += stray*stray - mean
	}
	m.ResidualSum = m.ResidualSum*keep + sum
	m.ResidualWeight = m.ResidualWeight*keep + mean*mean*float64(b.Minutes)
}

// learnVolatility learns what blocks stray beyond what single minutes explain. A
// block weighs by how much of its stray is not the luck of few reporters.
func (s *Series) learnVolatility(b *block, count float64) {
	m := &s.stats
	keep := math.Exp2(-BlockMinutes / (s.params.DispersionHalfLife * minutesADay))
	mean := float64(b.Mean) * float64(b.Minutes)
	stray := (count-mean)*(count-mean) - mean - s.level.Dispersion*mean*mean/BlockMinutes
	m.VolatilitySum = m.VolatilitySum*keep + stray/(mean*mean+mean)
	m.VolatilityWeight = m.VolatilityWeight*keep + mean/(mean+1)
}

// AcceptLevel takes a lasting level of a footprint for the new normal: its counts
// were ratio times what was expected. Given Whole, the whole country changed.
func (s *Series) AcceptLevel(handles []int32, ratio float64, now LocalTime, pool *Pool) {
	factor := s.acceptShares(handles, ratio)
	m := &s.stats
	m.Count *= factor
	for i := range m.SlotCount {
		m.SlotCount[i] *= float32(factor)
	}
	for i := range m.HourCount {
		m.HourCount[i] *= float32(factor)
	}
	for i := range m.WeekdayCount {
		m.WeekdayCount[i] *= float32(factor)
	}
	s.updateLevel(now, pool)
}

// acceptShares scales the shares of the places and returns by how much the
// country changes with them.
func (s *Series) acceptShares(handles []int32, ratio float64) float64 {
	if len(handles) == 0 || handles[0] == Whole {
		return ratio
	}
	grown := float32(0)
	inside := make(map[int32]bool, len(handles))
	for _, h := range handles {
		inside[h] = true
	}
	list := s.places.list
	for i := range list {
		place := &list[i]
		if place.Parent == Nowhere { // only metro cells have counts of their own
			continue
		}
		if inside[int32(i)] || inside[place.Parent] || inside[place.Region] {
			more := place.Count * float32(ratio-1)
			s.places.add(int32(i), more)
			grown += more
		}
	}
	before := s.places.total - grown
	if before <= 0 {
		return 1
	}
	return float64(s.places.total) / float64(before)
}
