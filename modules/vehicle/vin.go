package vehicle

import (
	"strings"

	"forecourt/kernel/fault"
)

// Faults of a VIN.
var (
	ErrVINLength    = fault.New(fault.Invalid, "vehicle.vin_length", "车架号应为 17 位", "A VIN has 17 characters")
	ErrVINCharacter = fault.New(fault.Invalid, "vehicle.vin_character", "车架号只能含数字和大写字母，且不含 I、O、Q", "A VIN holds digits and letters, but no I, O or Q")
	ErrVINCheck     = fault.New(fault.Invalid, "vehicle.vin_check", "车架号第 9 位校验不符，请核对；进口车等特殊情况可由有权人员强制录入",
		"The ninth character does not fit the others; read the VIN again, or let somebody with the right force it")
)

const vinLength = 17

// vinWeights are those of ISO 3779 and GB 16735; the ninth character is the check itself.
var vinWeights = [vinLength]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}

// TidyVIN brings a VIN as people type or scan it to its form: upper case, half width, no blanks or dashes.
func TidyVIN(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == ' ', r == '\t', r == '-', r == '　':
			return -1
		}
		return r
	}, s)
}

// CheckVIN holds a tidy VIN against ISO 3779: 17 characters without I, O and Q, and the check digit at the ninth. It returns
// ErrVINLength, ErrVINCharacter or ErrVINCheck. Only the last can be forced: makers in Europe put what they like there.
func CheckVIN(vin string) error {
	if len([]rune(vin)) != vinLength {
		return ErrVINLength
	}
	sum := 0
	for i, r := range []rune(vin) {
		value, ok := vinValue(r)
		if !ok {
			return ErrVINCharacter
		}
		sum += value * vinWeights[i]
	}
	if "0123456789X"[sum%11] != vin[8] {
		return ErrVINCheck
	}
	return nil
}

// vinValue is the number that stands for a character: A, J are 1, B, K, S are 2, and so on.
func vinValue(r rune) (int, bool) {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0'), true
	case r >= 'A' && r <= 'H':
		return int(r-'A') + 1, true
	case r >= 'J' && r <= 'R' && r != 'O' && r != 'Q':
		return int(r-'J') + 1, true
	case r >= 'S' && r <= 'Z':
		return int(r-'S') + 2, true
	}
	return 0, false
}
