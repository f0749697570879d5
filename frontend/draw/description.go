package draw

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
)

// afterHeader is where the first chunk after the header of a PNG begins: behind the
// signature (8 bytes) and the IHDR chunk (25 bytes).
const afterHeader = 8 + 25

// withDescription adds an iTXt chunk with the text of a picture to a PNG, for screen readers
// and programs.
func withDescription(png []byte, lang, text string) []byte {
	chunk := []byte("iTXtDescription\x00\x00\x00" + lang + "\x00\x00" + text)
	framed := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-len("iTXt")))
	framed = append(framed, chunk...)
	framed = binary.BigEndian.AppendUint32(framed, crc32.ChecksumIEEE(chunk))
	return slices.Insert(png, afterHeader, framed...)
}

// Description is the text of the picture, in lines.
func (t ShareText) Description() string {
	return strings.Join([]string{t.Title, t.State, t.Text, t.Source}, "\n")
}
