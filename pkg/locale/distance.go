package locale

import "unicode/utf8"

// Distance is the number of slips between two spellings: letters left out, added,
// mistaken for another, or two neighbours swapped, each letter at most once
// (optimal string alignment distance; Damerau 1964, Levenshtein 1966).
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	// The rows of the table for the letters of a up to the last but one, the last
	// and the present one.
	var before []int
	last, row := make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row[0] = i
		for j := 1; j <= len(to); j++ {
			mistaken := last[j-1]
			if from[i-1] != to[j-1] {
				mistaken++
			}
			row[j] = min(mistaken, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(to)+1)
	}
	return last[utf8.RuneCountInString(b)]
}
