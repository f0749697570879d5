package draw

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"strings"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// typeface is a font, followed by fallback fonts for scripts that it lacks.
type typeface []*font.Font

// Fonts renders text in pictures. Devanagari and Bengali need shaping.
type Fonts struct{ plain, bold typeface }

// LoadFonts reads the fonts: the Go fonts for Latin, and for the others
// those that "make build" copies to dist.
func LoadFonts(files fs.FS) (*Fonts, error) {
	result := &Fonts{}
	for _, face := range []struct {
		to     *typeface
		latin  []byte
		weight string
	}{{&result.plain, goregular.TTF, "400"}, {&result.bold, gobold.TTF, "700"}} {
		sources := [][]byte{face.latin}
		for _, script := range []string{"bengali", "devanagari"} {
			if built, err := fs.ReadFile(files, "dist/noto-sans-"+script+"-"+script+"-"+face.weight+"-normal.woff"); err == nil {
				sources = append(sources, built)
			}
		}
		for _, source := range sources {
			read, err := font.ParseTTF(bytes.NewReader(source))
			if err != nil {
				return nil, fmt.Errorf("reading a font of weight %s: %w", face.weight, err)
			}
			*face.to = append(*face.to, read.Font)
		}
	}
	return result, nil
}

// Supports reports whether a language can be rendered.
func (l *Fonts) Supports(lang string) bool {
	sample := map[string]rune{"hi": 'क', "bn": 'ক'}[lang]
	return sample == 0 || l.plain.holding(sample) != nil
}

// holding is the first font that has a character, nil where none has.
func (t typeface) holding(r rune) *font.Font {
	for _, f := range t {
		if _, ok := f.NominalGlyph(r); ok {
			return f
		}
	}
	return nil
}

// run is a stretch of text in one font.
type run struct {
	face  *font.Face
	glyph shaping.Output
}

// shaped shapes a line, each part in a font that has its characters.
func (t typeface) shaped(text string, size float64) (runs []run, width float64) {
	letters := []rune(strings.ReplaceAll(text, "\u2011", "-")) // no font here has a hyphen that keeps lines whole
	shaper := &shaping.HarfbuzzShaper{}
	for start := 0; start < len(letters); {
		held := t.holding(letters[start])
		end := start + 1
		for end < len(letters) && (letters[end] == ' ' || joins(letters[end]) || t.holding(letters[end]) == held) {
			end++
		}
		if held == nil {
			held = t[0]
		}
		face := font.NewFace(held)
		result := shaper.Shape(shaping.Input{
			Text: letters, RunStart: start, RunEnd: end, Direction: di.DirectionLTR, Face: face,
			Size: fixed.Int26_6(size * 64), Script: language.LookupScript(letters[start]), Language: language.NewLanguage("en"),
		})
		runs, width = append(runs, run{face, result}), width+float64(result.Advance)/64
		start = end
	}
	return runs, width
}

// joins reports whether a character only changes the one before it.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

// wrapped breaks text at spaces into lines of at most a width.
func (t typeface) wrapped(text string, size, width float64) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		longer := strings.TrimSpace(line + " " + word)
		if _, w := t.shaped(longer, size); w > width && line != "" {
			lines, longer = append(lines, line), word
		}
		line = longer
	}
	return append(lines, line)
}

// write sets one line with its base line at y.
func (t typeface) write(to *image.RGBA, text string, x, y, size float64, ink color.Color) {
	runs, _ := t.shaped(text, size)
	pen := newPencil(to)
	for _, part := range runs {
		scale := float32(size) / float32(part.face.Upem())
		for _, glyph := range part.glyph.Glyphs {
			left, base := float32(x)+float32(glyph.XOffset)/64, float32(y)-float32(glyph.YOffset)/64
			if outline, ok := part.face.GlyphData(glyph.GlyphID).(font.GlyphOutline); ok {
				for _, s := range outline.Segments {
					pen.segment(s, left, base, scale)
				}
			}
			x += float64(glyph.Advance) / 64
		}
	}
	pen.fill(ink)
}

// segment adds a part of the outline of a glyph, whose y runs upwards.
func (p *pencil) segment(s font.Segment, x, y, scale float32) {
	at := func(i int) (float32, float32) { return x + s.Args[i].X*scale, y - s.Args[i].Y*scale }
	ax, ay := at(0)
	bx, by := at(1)
	cx, cy := at(2)
	switch s.Op {
	case opentype.SegmentOpMoveTo:
		p.ClosePath()
		p.MoveTo(ax, ay)
	case opentype.SegmentOpLineTo:
		p.LineTo(ax, ay)
	case opentype.SegmentOpQuadTo:
		p.QuadTo(ax, ay, bx, by)
	case opentype.SegmentOpCubeTo:
		p.CubeTo(ax, ay, bx, by, cx, cy)
	}
}

// pencil fills shapes on a picture.
type pencil struct {
	*vector.Rasterizer
	to *image.RGBA
}

func newPencil(to *image.RGBA) *pencil {
	return &pencil{vector.NewRasterizer(to.Bounds().Dx(), to.Bounds().Dy()), to}
}

func (p *pencil) fill(ink color.Color) {
	p.ClosePath()
	p.Draw(p.to, p.to.Bounds(), image.NewUniform(ink), image.Point{})
}
