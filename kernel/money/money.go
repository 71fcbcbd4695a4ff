// Package money counts Chinese yuan in whole fen. It is a decimal with two places in text and never a floating-point number.
package money

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Amount is a sum in fen (1/100 yuan).
type Amount int64

// Limit is the largest sum that a document may hold, in fen: a hundred billion yuan.
const Limit Amount = 100_000_000_000_00

// ErrFormat says that a text is no decimal with at most two places.
var ErrFormat = errors.New("not a decimal with at most two places")

// Yuan makes an Amount of whole yuan.
func Yuan(n int64) Amount { return Amount(n * 100) }

// Parse reads text such as "199800.00", "-3.5" or "12". It returns ErrFormat for anything else, and for sums over Limit.
func Parse(s string) (Amount, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, cents, dot := strings.Cut(digits, ".")
	if whole == "" || len(whole) > 12 || len(cents) > 2 || dot && cents == "" || !isDigits(whole) || !isDigits(cents) {
		return 0, ErrFormat
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || Amount(n) > Limit {
		return 0, ErrFormat
	}
	if negative {
		n = -n
	}
	return Amount(n), nil
}

func isDigits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Append writes a in its decimal form.
func (a Amount) Append(b []byte) []byte {
	n := int64(a)
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	return append(b, '.', byte('0'+n%100/10), byte('0'+n%10))
}

// String returns the decimal form, such as "199800.00".
func (a Amount) String() string { return string(a.Append(nil)) }

// Words returns the form for sentences, such as "¥199,800.00".
func (a Amount) Words() string {
	text, minus := strings.CutPrefix(a.String(), "-")
	for at := len(text) - 6; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	if minus {
		return "-¥" + text
	}
	return "¥" + text
}

// MarshalJSON writes the decimal form as a JSON string.
func (a Amount) MarshalJSON() ([]byte, error) { return append(a.Append([]byte{'"'}), '"'), nil }

// UnmarshalJSON reads the decimal form. A JSON number is refused: it may have passed through floating point.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("money: %w", ErrFormat)
	}
	n, err := Parse(s)
	if err != nil {
		return fmt.Errorf("money %q: %w", s, err)
	}
	*a = n
	return nil
}

// Value stores fen.
func (a Amount) Value() (driver.Value, error) { return int64(a), nil }

// Scan reads fen, as a number or as PostgreSQL's text of it.
func (a *Amount) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a = 0
	case int64:
		*a = Amount(v)
	case []byte:
		n, err := strconv.ParseInt(string(v), 10, 64)
		*a = Amount(n)
		return err
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		*a = Amount(n)
		return err
	default:
		return fmt.Errorf("money: cannot scan %T", src)
	}
	return nil
}

// Times multiplies by a count of pieces. ok is false when the product passes Limit.
func (a Amount) Times(n int) (product Amount, ok bool) {
	p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(n)))
	if !p.IsInt64() || p.CmpAbs(big.NewInt(int64(Limit))) > 0 {
		return 0, false
	}
	return Amount(p.Int64()), true
}

// BasisPointsOf returns 10,000 × a ÷ whole, rounded half away from zero; 0 when whole is 0.
func (a Amount) BasisPointsOf(whole Amount) int {
	if whole == 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(20000))
	n.Add(n, big.NewInt(int64(sign(a)*abs(whole))))
	return int(n.Quo(n, new(big.Int).Mul(big.NewInt(2), big.NewInt(int64(whole)))).Int64())
}

func sign(a Amount) Amount {
	if a < 0 {
		return -1
	}
	return 1
}

func abs(a Amount) Amount { return a * sign(a) }

// Schema is the form of an Amount in the OpenAPI document: a string of digits with two places.
func (Amount) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^-?[0-9]{1,12}(\.[0-9]{1,2})?$`, PatternDescription: "money", MaxLength: ptr(16), Examples: []any{"199800.00"}}
}

func ptr[T any](v T) *T { return &v }

var _ huma.SchemaProvider = Amount(0)
