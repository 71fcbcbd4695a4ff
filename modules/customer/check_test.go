package customer

import (
	"errors"
	"strings"
	"testing"
)

func TestMobileIsBroughtToElevenDigits(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"13800138000":       "13800138000",
		" 138 0013 8000 ":   "13800138000",
		"138-0013-8000":     "13800138000",
		"138—0013–8000":     "13800138000",
		"+86 13800138000":   "13800138000",
		"+86-138-0013-8000": "13800138000",
		"8613800138000":     "13800138000",
		"008613800138000":   "13800138000",
		"１３８００１３８０００":       "13800138000",
		"＋８６　１３８－００１３－８０００":       "13800138000",
		"\u202a13800138000\u202c": "13800138000",
		"13800138000\t":           "13800138000",
		"":                        "",
		"1380013800":              "",
		"138001380000":            "",
		"23800138000":             "",
		"138****8000":             "",
		"1380013800a":             "",
		"+8513800138000":          "",
		"8513800138000":           "",
		"+86+8613800138000":       "",
		"13800138000;DROP":        "",
		"١٣٨٠٠١٣٨٠٠٠":             "",
		"010-88886666":            "",
		"-":                       "",
	} {
		got, err := normalMobile(given)
		if got != want || (want == "") != errors.Is(err, ErrMobile) {
			t.Errorf("%q: %q, %v; want %q", given, got, err, want)
		}
	}
}

func TestIDNumber(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]identity{
		"11010519491231002X": {"11010519491231002X", "1949-12-31", "female"},
		"11010519491231002x": {"11010519491231002X", "1949-12-31", "female"},
		"１１０１０５１９４９１２３１００２Ｘ": {"11010519491231002X", "1949-12-31", "female"},
		"110105 19491231 002X": {"11010519491231002X", "1949-12-31", "female"},
		"440524188001010014":   {}, // a right check digit, a birthday before 1900
		"110105194912310021":   {}, // wrong check digit
		"110105194912310O2X":   {},
		"11010519491331002X":   {}, // month 13
		"110105491231002":      {}, // the old form of 15 digits
		"X1010519491231002X":   {},
		"110***********002X":   {},
		"":                     {},
		"１":                    {},
	} {
		got, err := parseIdentity(given)
		if got != want || (want == identity{}) != errors.Is(err, ErrIDNumber) {
			t.Errorf("%q: %+v, %v; want %+v", given, got, err, want)
		}
	}
}

func TestEveryWrongDigitOfAnIDNumberIsFound(t *testing.T) {
	t.Parallel()
	const right = "11010519491231002X"
	for i := range right {
		for _, c := range "0123456789X" {
			s := right[:i] + string(c) + right[i+1:]
			if _, err := parseIdentity(s); (err == nil) != (s == right) {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
}

func TestRegistrationNumber(t *testing.T) {
	t.Parallel()
	const right = "91350100M000100Y43" // the example of GB 32100-2015
	if got, err := parseRegistration(strings.ToLower(right)); got != right || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for i := range right {
		for _, c := range registrationDigits + "IOSVZ-" {
			s := right[:i] + string(c) + right[i+1:]
			if _, err := parseRegistration(s); (err == nil) != (s == right) {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	for _, s := range []string{"", "9135", right + "1", "统一社会信用代码统一社会信用代码统一"} {
		if _, err := parseRegistration(s); !errors.Is(err, ErrRegistration) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestMaskedAddressKeepsTheCity(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"北京市朝阳区建国路1号": "北京市朝阳区*****", "北京": "**", "": ""} {
		if got := maskAddress(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func TestAMaskSentBackChangesNothing(t *testing.T) {
	t.Parallel()
	c := &Customer{Mobile: "13800138000", IDNumber: "11010519491231002X", Address: "北京市朝阳区建国路1号"}
	was := *c
	mobile, id, address := "138****8000", "110*************2X", "北京市朝阳区*****"
	EditInput{Mobile: &mobile, IDNumber: &id, Address: &address}.apply(c)
	if c.Mobile != was.Mobile || c.IDNumber != was.IDNumber || c.Address != was.Address {
		t.Errorf("changed to %+v", c)
	}
	empty := ""
	EditInput{Address: &empty}.apply(c)
	if c.Address != "" {
		t.Error("an empty text does not clear")
	}
}
