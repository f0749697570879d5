package detect

// savedChartsV5 is the fixed part of versions 4 and 5 of the saved state. It must not
// change. What those versions calibrated is no longer used.
type savedChartsV5 struct {
	Age         age
	Calibration struct {
		Block    int64
		Excluded bool
		Largest  [levels]float32
		Exceeded [levels]float64
		Excess   [levels]float64
	}
	Needed [levels]float64
	Nodes  uint32
	Active uint32
}

// ReadChartsV5 reads what AppendState wrote in versions 4 and 5 and returns what
// follows it. Recurrence begins anew.
func ReadChartsV5(params *Params, level func(handle int32) Level, from []byte) (*Charts, []byte, error) {
	var saved savedChartsV5
	from, err := get(from, &saved)
	if err != nil {
		return nil, nil, err
	}
	return readNodes(params, level, savedCharts{Age: saved.Age, Nodes: saved.Nodes, Active: saved.Active}, from)
}
