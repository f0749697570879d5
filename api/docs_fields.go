package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// docsField is a parameter, a header, or a field of a body.
type docsField struct {
	Name, Description, Example string
	Type                       template.HTML
	Place                      string // where a parameter stands, and whether a value must be there
	Limits                     []string
}

// docsShapes are the types of the document by name.
func docsShapes(described *openapi3.T) []docsShape {
	var shapes []docsShape
	for _, name := range slices.Sorted(maps.Keys(described.Components.Schemas)) {
		schema := described.Components.Schemas[name].Value
		shapes = append(shapes, docsShape{
			Name: name, Description: schema.Description, Type: docsType(&openapi3.SchemaRef{Value: schema}),
			Limits: docsLimits(schema), Fields: docsFields("", schema),
		})
	}
	return shapes
}

func docsFieldOf(name string, ref *openapi3.SchemaRef) docsField {
	field := docsField{Name: name, Type: docsType(ref), Description: ref.Value.Description}
	if ref.Ref == "" || len(ref.Value.Enum) > 0 {
		field.Limits = docsLimits(ref.Value) // else those of the type are one click away
	}
	if ref.Value.Example != nil {
		field.Example = fmt.Sprint(ref.Value.Example)
	}
	return field
}

// docsFields lists the fields of an object in the order in which the document
// requires them, then the others by name. Fields of objects without a name
// have the path of their owner, as in location.lat or rejected[].line.
func docsFields(prefix string, schema *openapi3.Schema) []docsField {
	var fields []docsField
	for _, part := range schema.AllOf {
		fields = append(fields, docsFields(prefix, part.Value)...)
	}
	rank := func(name string) int {
		if at := slices.Index(schema.Required, name); at >= 0 {
			return at
		}
		return len(schema.Required)
	}
	names := slices.SortedFunc(maps.Keys(schema.Properties), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		ref := schema.Properties[name]
		field := docsFieldOf(prefix+name, ref)
		if !slices.Contains(schema.Required, name) {
			field.Place = "optional"
		}
		fields = append(fields, field)
		inside, below := ref, prefix+name+"."
		for inside.Ref == "" && inside.Value.Items != nil {
			inside, below = inside.Value.Items, strings.TrimSuffix(below, ".")+"[]."
		}
		if inside.Ref == "" {
			fields = append(fields, docsFields(below, inside.Value)...)
		}
	}
	return fields
}

// docsType describes the type of a value, with a link to each named type.
func docsType(ref *openapi3.SchemaRef) template.HTML {
	if ref.Ref != "" {
		name := template.HTMLEscapeString(ref.Ref[strings.LastIndexByte(ref.Ref, '/')+1:])
		return template.HTML(`<a href="#type-` + name + `">` + name + `</a>`) //nolint:gosec // escaped
	}
	schema := ref.Value
	if len(schema.AnyOf) > 0 {
		var any []string
		for _, one := range schema.AnyOf {
			any = append(any, string(docsType(one)))
		}
		return template.HTML(strings.Join(any, " or ")) //nolint:gosec // made here
	}
	if len(schema.AllOf) > 0 {
		return "object"
	}
	var words []string
	for _, kind := range schema.Type.Slice() {
		switch {
		case kind == "array" && schema.Items != nil:
			kind = "list of " + string(docsType(schema.Items))
		case kind == "string" && schema.Format == "date-time":
			kind = "time"
		}
		words = append(words, kind)
	}
	return template.HTML(strings.Join(words, " or ")) //nolint:gosec // words of the document's own grammar
}

// docsLimits describes the constraints of a value beyond its type.
func docsLimits(schema *openapi3.Schema) []string {
	var limits []string
	add := func(format string, args ...any) { limits = append(limits, fmt.Sprintf(format, args...)) }
	if len(schema.Enum) > 0 {
		var words []string
		for _, value := range schema.Enum {
			words = append(words, fmt.Sprintf("`%v`", value))
		}
		add("one of %s", strings.Join(words, ", "))
	}
	if schema.Const != nil {
		add("always `%v`", schema.Const)
	}
	if schema.Default != nil {
		add("`%v` unless given", schema.Default)
	}
	switch low, high := schema.Min, schema.Max; {
	case low != nil && high != nil:
		add("from %s to %s", decimalOf(*low), decimalOf(*high))
	case low != nil:
		add("at least %s", decimalOf(*low))
	case high != nil:
		add("at most %s", decimalOf(*high))
	}
	switch {
	case schema.MaxLength != nil && schema.MinLength > 0:
		add("%d to %d characters", schema.MinLength, *schema.MaxLength)
	case schema.MaxLength != nil:
		add("at most %d characters", *schema.MaxLength)
	case schema.MinLength > 0:
		add("not empty")
	}
	if schema.MaxItems != nil && *schema.MaxItems == schema.MinItems {
		add("%d of them", schema.MinItems)
	} else if schema.MinItems > 0 {
		add("at least %d of them", schema.MinItems)
	}
	if schema.Pattern != "" {
		add("matches `%s`", schema.Pattern)
	}
	if values, err := json.Marshal(schema.Examples); err == nil && len(schema.Examples) > 0 {
		add("such as `%s`", values)
	}
	return limits
}
