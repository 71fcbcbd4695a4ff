package record

import (
	"encoding/json"
	"strconv"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/money"
)

// columns writes ", t.a, t.b": for a reference also the title of its target.
func (r *Registry) columns(q *SQL, fields []*Field) {
	for _, f := range fields {
		q.WriteString(", " + f.shown("t"))
		if f.Type == Ref {
			q.WriteString(", " + r.titled(f))
		}
	}
}

// titled selects the title of what a reference points to.
func (r *Registry) titled(f *Field) string {
	target := r.by[f.RefKind]
	return "(SELECT r." + target.by[target.title].column + " FROM " + target.table + " r WHERE r.tenant_id = t.tenant_id AND r.id = " + f.pointer() + ")"
}

// pointer is the id that a reference holds.
func (f *Field) pointer() string {
	if f.Own {
		return f.shown("t") + "::uuid"
	}
	return f.shown("t")
}

// TitleName is the JSON name of a reference's title: ownerId gives ownerName, createdBy gives createdByName.
func (f *Field) TitleName() string {
	if s, ok := strings.CutSuffix(f.Name, "Id"); ok {
		return s + "Name"
	}
	return f.Name + "Name"
}

// appendJSON writes a row of PostgreSQL's text as a JSON object. It is the only way out for rows, so masks sit here.
func (r *Registry) appendJSON(b []byte, v View, fields []*Field, row [][]byte) []byte {
	b = append(b, '{')
	for i, n := 0, 0; i < len(fields); i++ {
		f := fields[i]
		value := row[n]
		n++
		var title []byte
		if f.Type == Ref {
			title = row[n]
			n++
		}
		if value == nil || v.See(f) == access.Hidden {
			continue
		}
		b = f.appendValue(key(b, f.Name), value, v)
		if title != nil {
			b = quote(key(b, f.TitleName()), string(title))
		}
	}
	return append(b, '}')
}

func key(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

func (f *Field) appendValue(b, value []byte, v View) []byte {
	switch f.Type {
	case Int, JSON, Number, Multi:
		return append(b, value...)
	case Money:
		return appendMoney(b, value)
	case Bool:
		return strconv.AppendBool(b, value[0] == 't')
	case Time:
		return appendTime(b, value)
	}
	text := string(value)
	if f.Personal && v.See(f) == access.Masked {
		text = f.mask(text)
	}
	return quote(b, text)
}

func appendMoney(b, fen []byte) []byte {
	n, _ := strconv.ParseInt(string(fen), 10, 64) // a bigint column
	b = append(b, '"')
	b = money.Amount(n).Append(b)
	return append(b, '"')
}

// appendTime turns "2026-11-23 20:00:00.1+00" into "2026-11-23T20:00:00.1Z".
func appendTime(b, t []byte) []byte {
	s := strings.TrimSuffix(strings.Replace(string(t), " ", "T", 1), "+00")
	return append(append(append(b, '"'), s...), 'Z', '"')
}

func quote(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil {
		return append(b, `""`...)
	}
	return append(b, q...)
}

// MaskMobile keeps the first three and last four characters.
func MaskMobile(s string) string { return mask(s, 3, 4) }

// MaskID keeps the first three and last two characters of a document number.
func MaskID(s string) string { return mask(s, 3, 2) }

func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
