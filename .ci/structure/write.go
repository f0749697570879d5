package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// longest is how many functions and files are listed.
const longest = 10

// write prints the lists of each report, and the packages of all side by side.
func write(out io.Writer, reports []report) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range reports {
		for _, list := range []struct {
			title string
			parts []part
		}{{"longest functions", r.functions}, {"longest functions of tests", r.testFunctions}, {"longest files", r.files}} {
			fmt.Fprintf(table, "%s, %s\n", list.title, r.name)
			for _, one := range list.parts[:min(longest, len(list.parts))] {
				fmt.Fprintf(table, "%d\t%s\n", one.lines, one.name)
			}
			fmt.Fprintln(table)
		}
	}
	writePackages(table, reports)
	for _, r := range reports {
		fmt.Fprintf(table, "%s: %d functions, %.0f%% below 10 lines, %.0f%% below 45; %d lines of code, %d of tests, ratio %.2f; %.0f%% of %d packages import at most 3 siblings\n",
			r.name, len(r.functions), below(r.functions, 10), below(r.functions, 45), r.code, r.testLines,
			float64(r.testLines)/float64(max(1, r.code)), r.fewImports(3), len(r.folders))
	}
	return table.Flush()
}

// writePackages prints a line for each package of any of the reports, with three
// columns of each report.
func writePackages(out io.Writer, reports []report) {
	names := map[string]bool{}
	fmt.Fprint(out, "package")
	for _, r := range reports {
		fmt.Fprintf(out, "\timports (%s)\tlines\ttest ratio", r.name)
		for name := range r.folders {
			names[name] = true
		}
	}
	fmt.Fprintln(out)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprint(out, name)
		for _, r := range reports {
			one := r.folders[name]
			if one == nil {
				fmt.Fprint(out, "\t-\t-\t-")
				continue
			}
			fmt.Fprintf(out, "\t%d\t%d\t%.2f", len(one.imports), one.code, float64(one.test)/float64(max(1, one.code)))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out)
}

// fewImports is the share of packages that import at most so many of the module, in
// percent.
func (r *report) fewImports(most int) float64 {
	n := 0
	for _, one := range r.folders {
		if len(one.imports) <= most {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, len(r.folders)))
}
