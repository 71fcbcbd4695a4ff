package tenants

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// ErrSheetTwice refuses a login that stands in the file twice.
var ErrSheetTwice = fault.New(fault.Invalid, "user_import.twice", "登录名与第 %d 行重复", "This login is that of line %d")

// line returns the newcomer of one line, with every fault of it.
func (c *checking) line(ctx context.Context, r sheetRow) (n newcomer, wrong []*fault.Fault, err error) {
	n = newcomer{user: id.New(), posting: id.New(), in: UserInput{Login: r.login, Name: r.name, Password: r.secret, MustChange: true}}
	wrong = r.wanting()
	place, open := c.units[r.unit]
	if !open && r.unit != "" {
		wrong = append(wrong, ErrNoUnit.At("unit"))
	}
	roles, unknown := c.rolesOf(r.roles)
	if unknown != nil {
		wrong = append(wrong, unknown)
	}
	before, twice := c.lines[r.login]
	c.lines[r.login] = r.line
	switch {
	case r.login == "":
	case c.taken[r.login]:
		wrong = append(wrong, ErrLogin.At("login"))
	case twice:
		wrong = append(wrong, ErrSheetTwice.With(before).At("login"))
	}
	if r.login != "" && r.secret != "" {
		var f *fault.Fault
		if errors.As(checkSecret(r.login, r.secret), &f) {
			wrong = append(wrong, f)
		}
	}
	if open && unknown == nil {
		var f *fault.Fault
		if err := c.mayGive(ctx, r.unit, place, roles); errors.As(err, &f) {
			if f.Field == "unitId" {
				f = f.At("unit")
			}
			wrong = append(wrong, f)
		} else if err != nil {
			return n, nil, err
		}
	}
	n.place = PostingInput{User: n.user, Unit: place.Unit, Title: r.title, Roles: roles}
	return n, wrong, nil
}

// wanting returns the cells that are empty or too long.
func (r sheetRow) wanting() (wrong []*fault.Fault) {
	cells := map[string]struct {
		value string
		most  int
	}{"login": {r.login, 40}, "name": {r.name, 60}, "unit": {r.unit, 20}, "title": {r.title, 60}, "roles": {r.roles, 600}, "password": {r.secret, 200}}
	for _, c := range columns {
		label := fault.Text{Zh: c.heading, En: c.name}
		switch cell := cells[c.name]; {
		case cell.value == "":
			wrong = append(wrong, record.ErrNeeded.With(label).At(c.name))
		case utf8.RuneCountInString(cell.value) > cell.most:
			wrong = append(wrong, record.ErrLong.With(label, cell.most).At(c.name))
		}
	}
	return wrong
}

// rolesOf reads codes or names, with commas of either script between them.
func (c *checking) rolesOf(text string) (codes []string, unknown *fault.Fault) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;；", r) }) {
		word = strings.TrimSpace(word)
		code, known := c.roles[word]
		if !known {
			code, known = c.roles[strings.ToLower(word)]
		}
		if !known {
			return nil, ErrNoRole.With(word).At("roles")
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// mayGive asks once for every place and set of roles.
func (c *checking) mayGive(ctx context.Context, unit string, place Posting, roles []string) error {
	key := unit + " " + strings.Join(roles, " ")
	err, asked := c.gives[key]
	if !asked {
		err = c.o.mayGive(ctx, c.tx, c.scope, uuid.Nil, place, roles)
		c.gives[key] = err
	}
	return err
}
