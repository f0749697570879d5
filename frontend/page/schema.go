package page

// The descriptions of pages for search engines, in the terms of https://schema.org. They
// say nothing that the page does not.

// Schema is the site with its search.
func (page *homePage) Schema() map[string]any {
	return map[string]any{
		"@context": "https://schema.org", "@type": "WebSite", "name": page.Site(), "url": page.Absolute(page.Home()), "inLanguage": page.At.Lang,
		"potentialAction": map[string]any{
			"@type": "SearchAction", "target": page.Absolute(page.Home()) + "?q={q}", "query-input": "required name=q",
		},
	}
}

// Schema is where the page of a service in a country stands.
func (page *servicePage) Schema() map[string]any {
	return map[string]any{
		"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []any{
			page.crumb(1, page.CountryName(page.At.Country), page.Home()), page.crumb(2, page.Name, page.Path()),
		},
	}
}

func (p *layout) crumb(position int, name, path string) map[string]any {
	return map[string]any{"@type": "ListItem", "position": position, "name": name, "item": p.Absolute(path)}
}

// Schema is the data set of the incidents of a quarter, with its files and the terms of use.
func (page *registerPage) Schema() map[string]any {
	file := func(kind, suffix string) map[string]any {
		return map[string]any{"@type": "DataDownload", "encodingFormat": kind, "contentUrl": page.Absolute(page.File + suffix)}
	}
	return map[string]any{
		"@context": "https://schema.org", "@type": "Dataset", "name": page.Title + ": " + page.Quarter, "description": page.Summary + " " + page.Intro,
		"url": page.Absolute(page.Path()), "license": page.Absolute(page.Prose("about")) + "#licence", "isAccessibleForFree": true,
		"creator":      map[string]any{"@type": "Organization", "name": page.Site()},
		"distribution": []any{file("text/csv", ".csv"), file("application/json", ".json")},
	}
}
