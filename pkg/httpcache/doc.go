// Package httpcache keeps answers that many readers ask for, so that each is made
// and compressed once in a while and not once a request.
//
// It owns the encodings of an answer, its entity tag, single flight, and what is
// given while the next answer is being made. It promises that one caller at a time
// fills a key, that a caller who leaves takes no other down, and that strangers
// cannot fill memory: entries of an open set of keys are bounded by count and
// bytes. It knows no framework: how an answer is sent is for the caller.
package httpcache
