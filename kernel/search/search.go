// Package search makes the keys by which names, numbers, phones and plates are found: 1- and 2-grams of a text and of its
// pinyin initials, and the tails that people remember. Names are too short for trigrams.
package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

const maxRunes = 100

// Keys returns the keys of a text that may be found by any part of it.
func Keys(text string) []string {
	t := fold(text)
	keys := grams(t)
	if initials := Initials(t); initials != "" && initials != t {
		keys = append(keys, grams(initials)...)
	}
	return keys
}

// Whole returns the keys of a text that is found only by the whole of it or by its last four or six characters.
func Whole(text string) []string {
	t := fold(text)
	keys := []string{"=" + t}
	for _, n := range []int{4, 6} {
		if r := []rune(t); len(r) > n {
			keys = append(keys, "="+string(r[len(r)-n:]))
		}
	}
	return keys
}

// Query returns what a row must hold to be found by text: the parts, or else the whole. ok is false when nothing is asked.
func Query(text string) (part, whole []string, ok bool) {
	t := fold(text)
	if t == "" {
		return nil, nil, false
	}
	r := []rune(t)
	if len(r) == 1 {
		return []string{t}, []string{"=" + t}, true
	}
	for i := range r[:len(r)-1] {
		part = append(part, string(r[i:i+2]))
	}
	return Unique(part), []string{"=" + t}, true
}

// fold brings texts to one form: lower case, half width, no blanks or separators, at most maxRunes long.
func fold(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || r == '-' || r == '·' || r == 0 {
			continue
		}
		if n++; n > maxRunes {
			break
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func grams(t string) []string {
	r := []rune(t)
	keys := make([]string, 0, 2*len(r))
	for i := range r {
		keys = append(keys, string(r[i]))
		if i+1 < len(r) {
			keys = append(keys, string(r[i:i+2]))
		}
	}
	return keys
}

// readings holds names that are read otherwise than the dictionary says.
var readings = map[string]string{"重庆": "cq", "长安": "ca", "单": "s", "曾": "z", "解": "x", "仇": "q", "查": "z", "翟": "z", "朴": "p", "区": "o"}

// Initials returns the pinyin initials of the Chinese characters of t, with its letters and digits as they are.
func Initials(t string) string {
	args := pinyin.NewArgs()
	args.Style = pinyin.FirstLetter
	var b strings.Builder
	r := []rune(t)
	for i := 0; i < len(r); i++ {
		if i+1 < len(r) {
			if s, ok := readings[string(r[i:i+2])]; ok {
				b.WriteString(s)
				i++
				continue
			}
		}
		if s, ok := readings[string(r[i])]; ok && i == 0 {
			b.WriteString(s)
			continue
		}
		if !unicode.Is(unicode.Han, r[i]) {
			b.WriteRune(r[i])
			continue
		}
		if s := pinyin.SinglePinyin(r[i], args); len(s) > 0 {
			b.WriteString(s[0])
		}
	}
	return b.String()
}

// Unique sorts keys and drops doubles.
func Unique(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
