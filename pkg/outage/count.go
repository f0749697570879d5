package outage

// Count is a sum of reports. Which of its keys are set depends on what was
// asked for (see Query); an empty key means "all together", except that the
// zero Cell and empty Region also stand for reports without a place.
type Count struct {
	Service string
	Country Country
	Region  Region
	// District is given with Cell, in answers of whole quarter hours and of the hot
	// window.
	District District
	Cell     Cell
	Start    Minute // first minute of the step
	Kind     Kind
	Symptom  string
	// Network is the access network that the reporters named, in answers by network
	// only.
	Network string
	// N is the number of counted reports, less those taken back.
	N int64
	// Keyed is the part of N that importers brought, who vouch for it.
	Keyed int64
	// Submissions also counts repeats within the half hour.
	Submissions int64
	// Judged is what the detector sees of N: less where one network prefix sent
	// more than its cap. It stands on kind Problem only.
	Judged float64
	// Prefixes is the number of network prefixes that reported for the first
	// time in their half hour; like Judged, for the detector only.
	Prefixes int64
	// Nodes says how many of the reports were the first or the second of a
	// network in a node of the public table. It is not known for Keyed reports:
	// each of those counts as one of a network of its own.
	Nodes NodeCounts
}

// Query asks a store of counts for sums over a span. The zero values of
// Service and Country mean all of them, told apart in the answer.
type Query struct {
	Service string
	Country Country
	Span    Span
	// Step is the length in minutes of the buckets of the answer, aligned to
	// the epoch; 0 gives one sum for the whole span, given under Span.From.
	Step int
	// ByPlace tells regions, districts and cells apart, BySymptom symptoms.
	ByPlace, BySymptom bool
	// ByNetwork asks for the problem reports that named an access network, by its
	// name, and for no others. Their places are regions, without cells.
	ByNetwork bool
}

// Table is a part of the public table, summed up over a span.
type Table struct {
	Total    int64 // all reports of the span
	Unplaced int64 // those of them of which no place of the level of the table is known
	// NotYetPlaced are those that places which are shown hold back until the quarter
	// hour closes.
	NotYetPlaced int64
	Rows         []TableRow
}

// TableRow is what the public table shows for a cell within a district, for a
// district where the cell is not given, or for a region where neither is.
type TableRow struct {
	Region   Region
	District District
	Cell     Cell
	Reports  int64
	// Judged is what the caps per network leave of Reports.
	Judged float64
}
