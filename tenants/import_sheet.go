package tenants

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"forecourt/kernel/fault"
)

// Faults of a file of users that cannot be read at all.
var (
	ErrSheet      = fault.New(fault.Invalid, "user_import.form", "文件应为 .xlsx 或 UTF-8 编码的 .csv", "The file is an .xlsx or a .csv in UTF-8")
	ErrSheetHead  = fault.New(fault.Invalid, "user_import.heading", "第一行应为表头，缺少：%s", "The first line holds the headings; missing: %s")
	ErrSheetSize  = fault.New(fault.Invalid, "user_import.size", "一次最多导入 2000 行", "At most 2,000 rows at once")
	ErrSheetLarge = fault.New(fault.TooLarge, "user_import.large", "文件最大 5 MB", "A file has at most 5 MB")
	ErrSheetNone  = fault.New(fault.Invalid, "user_import.empty", "文件里没有用户", "There is no user in the file")
)

const (
	maxRows  = 2000
	maxSheet = 5 << 20
	// A sheet is a ZIP: what it unfolds to is bounded too.
	maxUnfolded = 64 << 20
)

// column is a column of the sheet: the name that errors and CSV headings use, and the heading that people read.
type column struct{ name, heading string }

var columns = []column{{"login", "登录名"}, {"name", "姓名"}, {"unit", "组织编码"}, {"title", "岗位"}, {"roles", "角色"}, {"password", "初始密码"}}

// sheetRow is one user of the file. Lines count from 1, the heading's.
type sheetRow struct {
	line                                    int
	login, name, unit, title, roles, secret string
}

// readSheet reads the users of a file, told by its first bytes, whatever its name. It returns ErrSheet, ErrSheetHead, ErrSheetSize or
// ErrSheetNone.
func readSheet(content []byte) ([]sheetRow, error) {
	next, done, err := linesOf(content)
	if err != nil {
		return nil, ErrSheet.At("file").Because(err)
	}
	defer done()
	var at map[string]int
	var rows []sheetRow
	for {
		line, cells, err := next()
		switch {
		case errors.Is(err, io.EOF) && at == nil:
			return nil, ErrSheetHead.With(headings(columns)).At("file")
		case errors.Is(err, io.EOF) && len(rows) == 0:
			return nil, ErrSheetNone.At("file")
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, ErrSheet.At("file").Because(err)
		case at == nil:
			if at, err = findColumns(cells); err != nil {
				return nil, err
			}
			continue
		}
		cell := func(name string) string {
			if i := at[name]; i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		r := sheetRow{line, cell("login"), cell("name"), cell("unit"), cell("title"), cell("roles"), cell("password")}
		if (r == sheetRow{line: line}) {
			continue
		}
		if len(rows) == maxRows {
			return nil, ErrSheetSize.At("file")
		}
		rows = append(rows, r)
	}
}

func headings(cs []column) string {
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = c.heading
	}
	return strings.Join(names, "、")
}

// findColumns reads the heading: columns in any order, in Chinese or by name, others beside them.
func findColumns(cells []string) (map[string]int, error) {
	at := map[string]int{}
	for i, c := range cells {
		for _, known := range columns {
			if c = strings.TrimSpace(c); c == known.heading || strings.EqualFold(c, known.name) {
				at[known.name] = i
			}
		}
	}
	var missing []column
	for _, c := range columns {
		if _, ok := at[c.name]; !ok {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return nil, ErrSheetHead.With(headings(missing)).At("file")
	}
	return at, nil
}

// linesOf returns the lines of a file one by one, until io.EOF.
func linesOf(content []byte) (next func() (line int, cells []string, err error), done func(), err error) {
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		if !utf8.Valid(content) || bytes.ContainsRune(content, 0) {
			return nil, nil, errors.New("no UTF-8 text")
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
		r.FieldsPerRecord = -1
		return func() (int, []string, error) {
			cells, err := r.Read()
			if err != nil {
				return 0, nil, err
			}
			line, _ := r.FieldPos(0) // an empty line is skipped, and a text may have several
			return line, cells, nil
		}, func() {}, nil
	}
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnfolded, UnzipXMLSizeLimit: maxUnfolded})
	if err != nil {
		return nil, nil, fmt.Errorf("open sheet: %w", err)
	}
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read sheet: %w", err), f.Close())
	}
	line := 0
	return func() (int, []string, error) {
		if !rows.Next() {
			if err := rows.Error(); err != nil {
				return 0, nil, err
			}
			return 0, nil, io.EOF
		}
		line++
		cells, err := rows.Columns()
		return line, cells, err
	}, func() { _, _ = rows.Close(), f.Close() }, nil
}
