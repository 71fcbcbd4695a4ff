package customer

import (
	"strings"
	"unicode"

	"forecourt/kernel/fault"
)

// ErrMobile says that a text is no mobile number of the mainland.
var ErrMobile = fault.New(fault.Invalid, "customer.mobile_format", "手机号不是 11 位", "This is no mobile number of 11 digits")

// Mobile brings what people type to the 11 digits that are kept: full-width digits, +86, spaces and dashes are all the same
// number. It returns ErrMobile at "mobile".
func (*Service) Mobile(given string) (string, error) { return normalMobile(given) }

func normalMobile(given string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), unicode.Is(unicode.Cf, r):
			return -1
		case r >= '！' && r <= '～': // the full-width forms
			return drop(r - '！' + '!')
		}
		return r
	}, given)
	if rest, ok := strings.CutPrefix(digits, "+86"); ok {
		digits = rest
	} else if rest, ok := strings.CutPrefix(digits, "0086"); ok {
		digits = rest
	} else if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	if len(digits) != 11 || digits[0] != '1' || strings.Trim(digits, "0123456789") != "" {
		return "", ErrMobile.At("mobile")
	}
	return digits, nil
}

func drop(r rune) rune {
	if r == '-' {
		return -1
	}
	return r
}
