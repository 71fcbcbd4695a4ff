package customer

import (
	"strings"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of documents that prove who somebody is.
var (
	ErrIDNumber     = fault.New(fault.Invalid, "customer.id_number", "身份证号有误，请核对 18 位号码", "This ID number is wrong; check its 18 characters")
	ErrRegistration = fault.New(fault.Invalid, "customer.registration_number", "统一社会信用代码有误，请核对 18 位代码", "This registration number is wrong; check its 18 characters")
)

// identity is what an ID number tells (GB 11643-1999).
type identity struct {
	number   string
	birthday clock.Day
	gender   string
}

// parseIdentity checks form, birthday and check digit. It returns ErrIDNumber at "idNumber".
func parseIdentity(given string) (identity, error) {
	s, wrong := halfWidth(given), ErrIDNumber.At("idNumber")
	if len(s) != 18 || strings.Trim(s[:17], "0123456789") != "" || s[0] == '0' {
		return identity{}, wrong
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	if s[17] != "10X98765432"[sum%11] {
		return identity{}, wrong
	}
	birthday, err := clock.ParseDay(s[6:10] + "-" + s[10:12] + "-" + s[12:14])
	if err != nil {
		return identity{}, wrong
	}
	gender := "female"
	if (s[16]-'0')%2 == 1 {
		gender = "male"
	}
	return identity{s, birthday, gender}, nil
}

// registrationDigits are the 31 characters of a unified social credit code (GB 32100-2015), in the order of their values.
const registrationDigits = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// parseRegistration checks form and check digit of a unified social credit code. It returns ErrRegistration at "registrationNumber".
func parseRegistration(given string) (string, error) {
	s, wrong := halfWidth(given), ErrRegistration.At("registrationNumber")
	if len(s) != 18 {
		return "", wrong
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(registrationDigits, s[i])
		if v < 0 {
			return "", wrong
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	if s[17] != registrationDigits[(31-sum%31)%31] {
		return "", wrong
	}
	return s, nil
}

// halfWidth brings a document number to capital ASCII without blanks.
func halfWidth(given string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == ' ' || r == '\t' || r == '　' || r == '\u00a0':
			return -1
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, given)
}

// maskAddress keeps province and city.
func maskAddress(s string) string {
	r := []rune(s)
	const head = 6
	if len(r) <= head {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head)
}
