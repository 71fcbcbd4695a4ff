package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/rest"
)

// Sheet is what a paper is printed from: the layout without what its reader may not see, and a record as they see it.
type Sheet struct {
	Layout   PrintLayout       `json:"layout"`
	Record   json.RawMessage   `json:"record"`
	Capitals map[string]string `json:"capitals" doc:"The record's sums of money in Chinese capitals, by field"`
	At       time.Time         `json:"at"`
}

// Sheet makes the sheet of a layout. Without an id it holds an example. It returns ErrDenied or ErrMissing.
func (s *Spec) Sheet(ctx context.Context, db *sql.DB, r *Registry, v View, id uuid.UUID, l PrintLayout) (*Sheet, error) {
	var body []byte
	var err error
	if id == uuid.Nil {
		body, err = s.example(v)
	} else {
		body, _, err = s.Open(ctx, db, r, v, id)
	}
	if err != nil {
		return nil, err
	}
	out := &Sheet{s.printFor(v, l), body, map[string]string{}, v.Now.UTC()}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(body, &values); err != nil {
		return nil, err
	}
	for _, f := range s.Fields {
		var sum money.Amount
		if f.Type == Money && json.Unmarshal(values[f.Name], &sum) == nil {
			out.Capitals[f.Name] = sum.Capitals()
		}
	}
	return out, nil
}

// Draft makes the sheet of a layout that is being edited, for a preview: of a record that its maker may read, or of an example. It returns
// the faults of CheckPrint, ErrDenied or ErrMissing.
func (s *Spec) Draft(ctx context.Context, db *sql.DB, r *Registry, v View, id uuid.UUID, l PrintLayout) (*Sheet, error) {
	mine, err := r.Mine(ctx, db, v, s)
	if err == nil {
		err = mine.CheckPrint(v, l)
	}
	if err != nil {
		return nil, err
	}
	return mine.Sheet(ctx, db, r, v, id, l)
}

// example is a record that nobody entered, with two lines in each part.
func (s *Spec) example(v View) ([]byte, error) {
	row := s.exampleRow(v)
	for _, p := range s.parts {
		row[p.Name] = []map[string]any{p.spec.exampleRow(v), p.spec.exampleRow(v)}
	}
	return json.Marshal(row)
}

func (s *Spec) exampleRow(v View) map[string]any {
	row := map[string]any{}
	for _, f := range s.seen(v) {
		switch f.Type {
		case Int, Number:
			row[f.Name] = 1
		case Money:
			row[f.Name] = "123456.78"
		case Date:
			row[f.Name] = v.Now.In(v.Zone).Format(time.DateOnly)
		case Time:
			row[f.Name] = v.Now.UTC().Format(time.RFC3339)
		case Bool:
			row[f.Name] = true
		case Choice, Multi:
			if len(f.Options) > 0 {
				row[f.Name] = f.Options[0].Value
				if f.Type == Multi {
					row[f.Name] = []string{f.Options[0].Value}
				}
			}
		case Ref:
			row[f.Name], row[f.TitleName()] = uuid.Nil, f.Label.In(v.Language)
		case ID:
			row[f.Name] = uuid.Nil
		default:
			row[f.Name] = f.Label.In(v.Language)
		}
	}
	return row
}

type printInput struct {
	ByID
	Body struct {
		Layout string `json:"layout,omitempty" maxLength:"40" doc:"A name of the declaration's prints; empty: the standard one"`
	}
}

type sheetOutput struct{ Body *Sheet }

// print gives what one record is printed from, and writes down that it was: a paper leaves the house like an export.
func (k served) print(ctx context.Context, in *printInput) (*sheetOutput, error) {
	v := ViewOf(ctx)
	if _, err := k.one(ctx, v, in.Key(), "print", "t.id"); err != nil {
		return nil, err
	}
	mine, err := k.d.Kinds.Mine(ctx, k.d.Pool, v, k.s)
	if err != nil {
		return nil, err
	}
	l, err := mine.printNamed(v, in.Body.Layout)
	if err != nil {
		return nil, ErrPrintName.With(in.Body.Layout).At("layout")
	}
	sheet, err := mine.Sheet(ctx, k.d.Pool, k.d.Kinds, v, in.Key(), l)
	if err != nil {
		return nil, err
	}
	err = k.d.Write(ctx, func(tx database.Tx) error {
		return WriteHistory(ctx, tx, k.s.Name, in.Key(), 0, "print", nil, map[string]any{"layout": in.Body.Layout})
	})
	if err != nil {
		return nil, err
	}
	return &sheetOutput{sheet}, nil
}

// ErrPrintName says that no such paper is offered.
var ErrPrintName = fault.New(fault.Invalid, "print.name", "没有“%s”这个打印版式", "There is no print layout %s")

// one reads a column of a record that the reader sees and to which they may do this. It returns ErrMissing or rest.ErrDenied.
func (k served) one(ctx context.Context, v View, id uuid.UUID, action, column string) (value string, err error) {
	reads, ok := v.Set.Scope(k.s.Read)
	if !ok {
		return "", ErrMissing
	}
	scope, _ := v.Set.Scope(access.Permission(k.s.Name + ":" + action))
	var q SQL // one row when the reader sees the record; its second column says whether they may do this to it
	q.WriteString("SELECT " + column + ", (true")
	k.s.restrict(&q, scope)
	q.WriteByte(')')
	k.s.from(&q, v, reads)
	q.WriteString(" AND t.id = ")
	q.Arg(id)
	found := false
	err = database.Read(ctx, k.d.Pool, v.Tenant, []database.Query{{SQL: q.String(), Args: q.Args}}, func(_ int, row [][]byte) error {
		if string(row[1]) != "t" {
			return rest.ErrDenied
		}
		found, value = true, string(row[0])
		return nil
	})
	if err == nil && !found {
		err = ErrMissing
	}
	return value, err
}
