package parameter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Faults of a value.
var (
	ErrBool   = fault.New(fault.Invalid, "parameter.bool", "应为是或否", "This is true or false")
	ErrNumber = fault.New(fault.Invalid, "parameter.number", "应为整数", "This is a whole number")
	ErrMoney  = fault.New(fault.Invalid, "parameter.money", "应为金额，如 199800.00，最多两位小数", "This is a sum such as 199800.00, with at most two decimals")
	ErrText   = fault.New(fault.Invalid, "parameter.text", "应为文字", "This is a text")
	ErrChoice = fault.New(fault.Invalid, "parameter.choice", "不是可选的值", "This is none of the choices")
	ErrRange  = fault.New(fault.Invalid, "parameter.range", "应在 %s 与 %s 之间", "This is between %s and %s")
	ErrLess   = fault.New(fault.Invalid, "parameter.less", "不能少于上级规定的 %s", "This is at least the %s that the level above decided")
	ErrLength = fault.New(fault.Invalid, "parameter.length", "应为 %d 到 %d 个字", "This has between %d and %d characters")
)

// Get answers what holds in a company, or above all companies for uuid.Nil. It reads within tx, one statement by key: what was
// decided before tx began counts in it, and no copy can be old.
func (p Parameter[T]) Get(ctx context.Context, tx database.Tx, company uuid.UUID) (value T, err error) {
	var raw []byte
	err = tx.QueryRowContext(ctx, "SELECT coalesce((SELECT value FROM parameter_value(?, ?)), ?::jsonb)", p.Key, null(company), string(p.standard)).Scan(&raw)
	if err != nil {
		return value, fmt.Errorf("read parameter %s: %w", p.Key, err)
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("parameter %s holds %s: %w", p.Key, raw, err)
	}
	return value, nil
}

// DaysAgo is the value of a shipped view's filter: the day that lies as many days before today as the parameter says for the
// reader's company.
func (p Parameter[T]) DaysAgo() string { return "@today-{" + p.Key + "}" }

func null(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

// Shipped returns the value of whoever decided nothing.
func (p Parameter[T]) Shipped() (value T) {
	if err := json.Unmarshal(p.standard, &value); err != nil {
		panic("parameter " + p.Key + ": " + err.Error()) // declare made it of a T
	}
	return value
}

// Accept holds a value against the declaration and returns it as it is stored. It returns ErrBool, ErrNumber, ErrMoney, ErrText,
// ErrChoice, ErrRange or ErrLength.
func (s *Spec) Accept(raw json.RawMessage) (json.RawMessage, error) {
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		raw = nil
	}
	switch s.Type {
	case TypeBool:
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return nil, ErrBool
		}
		return json.Marshal(b)
	case TypeMoney:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return nil, ErrMoney
		}
		sum, err := money.Parse(text)
		if err != nil {
			return nil, ErrMoney.Because(err)
		}
		return s.number(int64(sum), sum)
	case TypeText, TypeChoice:
		return s.text(raw)
	case TypeInt, TypeDays, TypeMonths, TypeBasisPoints:
		var n int64
		if json.Unmarshal(raw, &n) != nil {
			return nil, ErrNumber
		}
		return s.number(n, n)
	}
	return nil, fmt.Errorf("parameter %s has no type %q", s.Key, s.Type)
}

func (s *Spec) number(n int64, stored any) (json.RawMessage, error) {
	if s.Least != nil && n < *s.Least || s.Most != nil && n > *s.Most {
		return nil, ErrRange.With(s.said(*s.Least), s.said(*s.Most))
	}
	return json.Marshal(stored)
}

func (s *Spec) text(raw json.RawMessage) (json.RawMessage, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, ErrText
	}
	if s.Type == TypeChoice {
		if !slices.ContainsFunc(s.Options, func(o Option) bool { return o.Value == text }) {
			return nil, ErrChoice
		}
		return json.Marshal(text)
	}
	if n := int64(utf8.RuneCountInString(text)); s.Least != nil && n < *s.Least || s.Most != nil && n > *s.Most {
		return nil, ErrLength.With(*s.Least, *s.Most)
	}
	return json.Marshal(text)
}

// AtLeast holds an accepted number against what holds above. It returns ErrLess.
func (s *Spec) AtLeast(value, above json.RawMessage) error {
	var n, least int64
	if err := json.Unmarshal(value, &n); err != nil {
		return ErrNumber.Because(err)
	}
	if err := json.Unmarshal(above, &least); err != nil {
		return fmt.Errorf("parameter %s holds %s: %w", s.Key, above, err)
	}
	if n < least {
		return ErrLess.With(s.said(least))
	}
	return nil
}

// said puts a bound into the form in which people read the value.
func (s *Spec) said(n int64) string {
	switch s.Type {
	case TypeMoney:
		return money.Amount(n).Words()
	case TypeBasisPoints:
		return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) + "%"
	}
	return strconv.FormatInt(n, 10)
}
