package baseline

import (
	"math"

	"github.com/open-downpour/downpour/pkg/outage"
)

// block is the counts of five minutes, quarantined before they are learnt.
type block struct {
	Start    outage.Minute
	Totals   [BlockMinutes]uint32 // reporters of each minute in the whole country
	Minutes  uint8                // observed
	Dropped  bool
	Holiday  bool
	Slot     uint8
	Week     int32
	Mean     float32 // expected reporters a minute
	Seasonal float32 // the same without the fast level
	Unplaced uint32  // reporters without a place
	// Covered is the expected share of the country's reporters in places that open
	// incidents cover.
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

// PoolCount is the reporters that a series learnt in one metro cell, for the pool. Key
// is 0 for reporters without a place.
type PoolCount struct {
	Key       outage.Cell
	Reporters float32
}

// InOpenBlock reports whether a minute is part of the block being counted.
func (s *Series) InOpenBlock(minute outage.Minute) bool {
	return minute >= s.open.Start && minute < s.open.Start+BlockMinutes
}

// Observe adds the reporters of one minute in the whole country. It must be called once
// for each minute, after BeginBlock where the minute begins a block.
func (s *Series) Observe(minute outage.Minute, reporters uint32) {
	s.open.Totals[minute-s.open.Start] = reporters
	s.open.Minutes++
}

// ObserveAt adds reporters to the open block in one metro cell, or Nowhere. The order
// of the calls decides the bytes of the state.
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

// Drop excludes all waiting blocks, the open one included, from learning: an incident is
// open, or data are missing.
func (s *Series) Drop() {
	s.open.Dropped = true
	for i := range s.queue {
		s.queue[i].Dropped = true
	}
}

// CoverBlock excludes covered places from learning in the open block, and with waiting
// also in the blocks that wait. covered is the expected share of the country's reporters
// there.
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

// ordinary is the reporters of a block, with the expected counts of covered places in
// place of the observed ones.
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

// Recent adds up the reporters since a minute, in whole blocks and at most those that
// wait: by metro cell into counts, which has room for every handle, and in the whole
// country. minutes is the observed ones.
func (s *Series) Recent(since outage.Minute, counts []uint32) (total uint32, minutes int) {
	add := func(w *waitingBlock) {
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
		add(&s.queue[i])
	}
	add(&s.open)
	return total, minutes
}

// BlockResult is the result of BeginBlock.
type BlockResult struct {
	PoolCounts []PoolCount // valid until the next BeginBlock
	Moved      []int32     // new handle of each old one, nil where none changed
}

// BeginBlock begins the block that starts at now: it closes the block before, learns
// the blocks that have waited long enough, and estimates what to expect in this one.
// frozen keeps the fast level unchanged. Cells that are active are not forgotten.
func (s *Series) BeginBlock(now LocalTime, pool *Pool, frozen bool, active func(int32) bool) BlockResult {
	var result BlockResult
	holiday := s.open.Holiday
	if s.open.Minutes > 0 {
		s.closeBlock(frozen)
	}
	if !s.quarantined(frozen) {
		result.PoolCounts = s.commit(now.Minute, pool)
	}
	if day := int32(now.Day); day != s.stats.Day {
		s.stats.Day = day
		result.Moved = s.newDay(active)
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
	return result
}

// quarantined reports whether the waiting blocks may still turn out to be an outage and
// are not learnt yet: a slow outage would otherwise be half learnt before it opens.
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
	done := 0
	for ; done < len(s.queue); done++ {
		b := &s.queue[done]
		if b.Start+BlockMinutes+outage.Minute(s.params.QueueMinutes) > now {
			break
		}
		s.commitBlock(b, pool)
		s.spare = append(s.spare, b.cells)
	}
	s.queue = append(s.queue[:0], s.queue[done:]...)
	return s.poolCounts
}

// RefreshShares copies the pooled shares. It must be called after each Pool.Publish.
func (s *Series) RefreshShares(pool *Pool) { s.places.refresh(pool) }

func (s *Series) newDay(active func(int32) bool) []int32 {
	keep := float32(math.Exp2(-1 / s.params.LevelHalfLife))
	moved := s.places.decay(keep, s.stats.Day-int32(s.params.IdleDays), active)
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

// updateFastLevel updates the fast level with a block that has just closed.
func (s *Series) updateFastLevel(b *waitingBlock, frozen bool) {
	m := &s.stats
	if b.Dropped && !frozen {
		return // missing data say nothing about the level
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
	// Below its lower bound the level recovers from the bound: otherwise the morning
	// after a holiday would start from the holiday's level.
	m.FastCount = max(m.FastCount, s.params.FastLow*(m.FastExpected+s.params.FastWeight)-s.params.FastWeight)
}

// endHoliday resets the fast level where it fell on a holiday.
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

// clip is the most reporters that a block is learnt with: three standard deviations above
// the expected, with a level volatility of at least a quarter of the mean. A young series
// is not clipped.
func (s *Series) clip(b *block) float64 {
	if s.young(b) {
		return math.Inf(1)
	}
	m := float64(b.Mean) * float64(b.Minutes)
	volatility := max(.25, s.level.Volatility)
	variance := m + s.level.Dispersion*m*m/BlockMinutes + (volatility*m)*(volatility*m)
	return m + 3*math.Sqrt(variance) + 1
}

// isNew reports whether the hours of the day cannot have been learnt yet.
func (s *Series) isNew(minute outage.Minute) bool {
	return minute-s.stats.First < outage.Minute(s.params.NewMinutes)
}

func (s *Series) young(b *block) bool {
	return b.Start-s.stats.First < outage.Minute(s.params.YoungMinutes)
}

// commitBlock learns a block that has waited, or drops it. A slot that was dropped in
// the week before as well is learnt anyway: it is seasonality, or a level that lasts.
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

	if !b.Holiday { // a holiday is not typical of its weekday
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

// learnSlot adds a block to its slot, hour and weekday, whose older counts decay when
// the slot begins, once a week for a slot.
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

// learnDispersion updates the moment estimate of the dispersion: the squared residuals of
// single minutes less the mean, over the squared means.
func (s *Series) learnDispersion(b *block, part float64) {
	m := &s.stats
	keep := math.Exp2(-BlockMinutes / (s.params.DispersionHalfLife * minutesADay))
	mean, sum := float64(b.Mean), 0.
	// A series that begins within a block has observed the last minutes of it.
	for _, n := range b.Totals[BlockMinutes-b.Minutes:] {
		residual := float64(n)*part - mean
		sum += residual*residual - mean
	}
	m.ResidualSum = m.ResidualSum*keep + sum
	m.ResidualWeight = m.ResidualWeight*keep + mean*mean*float64(b.Minutes)
}

// learnVolatility updates the variance of the level: the squared residuals of blocks less
// what the dispersion of minutes explains. The weight of a block grows with its mean,
// because few reporters say little about the level.
func (s *Series) learnVolatility(b *block, count float64) {
	m := &s.stats
	keep := math.Exp2(-BlockMinutes / (s.params.DispersionHalfLife * minutesADay))
	mean := float64(b.Mean) * float64(b.Minutes)
	excess := (count-mean)*(count-mean) - mean - s.level.Dispersion*mean*mean/BlockMinutes
	m.VolatilitySum = m.VolatilitySum*keep + excess/(mean*mean+mean)
	m.VolatilityWeight = m.VolatilityWeight*keep + mean/(mean+1)
}

// AcceptLevel makes a lasting level of a footprint the new normal: its counts were ratio
// times the expected ones. With Whole first, or no handles, the whole country changes.
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

// acceptShares scales the counts of the places and returns the factor by which the
// country changes.
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
