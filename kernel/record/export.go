package record

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// ErrExportSize refuses an export that would not be read by anyone.
var ErrExportSize = fault.New(fault.Invalid, "record.export_size", "结果超过 50000 行，请先筛选", "This is more than 50,000 rows; narrow the list first")

const exportCap = 50_000

type exportQuery struct {
	ListParams
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

type exported struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// export writes the list as a sheet, through the same reader and masks as the list, and leaves a line in the log.
func (k served) export(ctx context.Context, in *exportQuery) (*exported, error) {
	v := ViewOf(ctx)
	q := in.input()
	q.Limit = exportCap
	page, err := k.s.List(ctx, k.d.Pool, k.d.Kinds, v, q)
	if err != nil {
		return nil, err
	}
	if page.Next != "" {
		return nil, ErrExportSize
	}
	s, err := k.d.Kinds.Mine(ctx, k.d.Pool, v, k.s)
	if err != nil {
		return nil, err
	}
	fields, err := s.pick(v, q.Fields)
	if err != nil {
		return nil, err
	}
	rows, err := k.sheet(v, fields, page.Items)
	if err != nil {
		return nil, err
	}
	err = k.d.Write(ctx, func(tx database.Tx) error {
		return WriteHistory(ctx, tx, k.s.Name, uuid.Nil, 0, "export", nil, map[string]any{"rows": len(page.Items), "filter": in.Filter, "q": in.Q})
	})
	if err != nil {
		return nil, err
	}
	if in.Format == "csv" {
		return k.csv(rows)
	}
	return k.xlsx(rows)
}

func (k served) sheet(v View, fields []*Field, items []json.RawMessage) ([][]string, error) {
	head := []string{}
	shown := []*Field{}
	for _, f := range fields {
		if f.Type == ID || f.Name == "version" || f.Type == JSON {
			continue
		}
		shown, head = append(shown, f), append(head, f.Label.In(v.Language))
	}
	rows := append(make([][]string, 0, len(items)+1), head)
	for _, item := range items {
		var m map[string]any
		if err := json.Unmarshal(item, &m); err != nil {
			return nil, err
		}
		row := make([]string, len(shown))
		for i, f := range shown {
			row[i] = f.text(m, v)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// text is a value as people read it.
func (f *Field) text(m map[string]any, v View) string {
	name := f.Name
	if f.Type == Ref {
		name = f.TitleName()
	}
	switch x := m[name].(type) {
	case nil:
		return ""
	case string:
		for _, o := range f.Options {
			if o.Value == x {
				return o.Label.In(v.Language)
			}
		}
		return safeCell(x)
	case []any:
		if f.Type == File {
			return safeCell(fileNames(x))
		}
		parts := make([]string, len(x))
		for i, value := range x {
			parts[i] = f.text(map[string]any{f.Name: value}, v)
		}
		return strings.Join(parts, "、")
	case bool:
		return map[bool]fault.Text{true: {Zh: "是", En: "Yes"}, false: {Zh: "否", En: "No"}}[x].In(v.Language)
	default:
		b, err := json.Marshal(x)
		if err != nil {
			return ""
		}
		return string(b)
	}
}

// safeCell keeps a spreadsheet from running a text as a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (k served) csv(rows [][]string) (*exported, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff") // Excel reads UTF-8 only with it
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return &exported{"text/csv; charset=utf-8", `attachment; filename="` + k.s.Path + `.csv"`, b.Bytes()}, nil
}

func (k served) xlsx(rows [][]string) (*exported, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, err
		}
		values := make([]any, len(row))
		for j, s := range row {
			values[j] = s
		}
		if err := w.SetRow(cell, values); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return &exported{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `attachment; filename="` + k.s.Path + `.xlsx"`, b.Bytes()}, nil
}
