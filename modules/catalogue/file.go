package catalogue

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"forecourt/kernel/fault"
)

// Faults of a file as a whole.
var (
	ErrTemplate = fault.New(fault.Invalid, "catalogue.template", "文件不是车型目录模板：第一行缺少列 %s", "This is no file of vehicle models: its first line lacks %s")
	ErrGzip     = fault.New(fault.Invalid, "catalogue.gzip", "压缩文件已损坏", "The compressed file is damaged")
	ErrFileSize = fault.New(fault.TooLarge, "catalogue.file_size", "文件太大，解压后最大 256 MB", "The file is too large; 256 MB at most when unpacked")
	ErrFileNone = fault.New(fault.Invalid, "catalogue.file_missing", "请选择一个文件", "Choose one file")
)

// What can be wrong with a line.
var (
	lineShort  = fault.Text{Zh: "缺少列", En: "The column is missing"}
	lineLong   = fault.Text{Zh: "列数过多", En: "The line has too many columns"}
	lineQuote  = fault.Text{Zh: "引号不成对", En: "A quote is not closed"}
	lineBytes  = fault.Text{Zh: "不是 UTF-8 编码", En: "This is not UTF-8"}
	lineEmpty  = fault.Text{Zh: "不能为空", En: "This cannot be empty"}
	lineChars  = fault.Text{Zh: "超过 200 个字", En: "This has more than 200 characters"}
	lineYear   = fault.Text{Zh: "年款应为 1980 至 2035 的年份", En: "The model year is a year from 1980 to 2035"}
	lineDouble = fault.Text{Zh: "与第 %d 行重复", En: "This is on line %d already"}
)

const (
	maxUnpacked = 256 << 20
	maxChars    = 200
)

// columns of the template, in any order.
var columns = []string{"brand", "maker", "series", "model_year", "model", "source_id"}

// line is one good line of a file.
type line struct {
	brand, maker, series, name, source string
	year                               int
}

// wrong is what is wrong at a field of a line.
type wrong struct {
	line  int
	field string
	text  fault.Text
}

// parse reads a file of vehicle models, CSV or gzipped CSV, and hands every good line to good, every mistake to bad. Names stay as
// untidy as they are, but for blanks around them. It returns how many lines there were, or ErrTemplate, ErrGzip, ErrFileSize.
func parse(r io.Reader, good func(line) error, bad func(wrong)) (rows int, err error) {
	text, err := unpack(r)
	if err != nil {
		return 0, err
	}
	limited := &limit{text, maxUnpacked}
	c := csv.NewReader(limited)
	c.FieldsPerRecord, c.LazyQuotes, c.ReuseRecord = -1, true, true
	place, err := header(c)
	if err != nil {
		return 0, damaged(err)
	}
	width, firsts := len(place), map[string]int{}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			rows++
			bad(wrong{syntax.StartLine, "", lineQuote})
			continue
		}
		if err != nil {
			return rows, damaged(err)
		}
		rows++
		n, _ := c.FieldPos(0)
		l, mistakes := read(fields, place, width)
		if first := firsts[l.source]; first > 0 {
			mistakes = append(mistakes, wrong{field: "source_id", text: fault.Text{Zh: fmt.Sprintf(lineDouble.Zh, first), En: fmt.Sprintf(lineDouble.En, first)}})
		} else if l.source != "" {
			firsts[l.source] = n
		}
		for _, m := range mistakes {
			m.line = n
			bad(m)
		}
		if len(mistakes) == 0 {
			if err := good(l); err != nil {
				return rows, err
			}
		}
	}
}

// unpack sees by the first bytes whether r is compressed, and drops a byte order mark.
func unpack(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, ErrGzip.At("file").Because(err)
		}
		b = bufio.NewReaderSize(z, 64<<10)
	}
	if head, _ := b.Peek(3); string(head) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	return b, nil
}

func header(c *csv.Reader) (place map[string]int, err error) {
	fields, err := c.Read()
	var syntax *csv.ParseError
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &syntax) {
		return nil, err
	}
	place = map[string]int{}
	for i, f := range fields {
		place[strings.ToLower(strings.TrimSpace(f))] = i
	}
	var lacking []string
	for _, name := range columns {
		if _, ok := place[name]; !ok {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		return nil, ErrTemplate.With(strings.Join(lacking, ", ")).At("file")
	}
	return place, nil
}

func read(fields []string, place map[string]int, width int) (l line, mistakes []wrong) {
	if len(fields) > width {
		mistakes = append(mistakes, wrong{text: lineLong})
	}
	get := func(name string) string {
		i := place[name]
		if i >= len(fields) {
			mistakes = append(mistakes, wrong{field: name, text: lineShort})
			return ""
		}
		s := fields[i]
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			mistakes = append(mistakes, wrong{field: name, text: lineBytes})
			return ""
		}
		switch s = strings.TrimSpace(s); {
		case s == "":
			mistakes = append(mistakes, wrong{field: name, text: lineEmpty})
		case utf8.RuneCountInString(s) > maxChars:
			mistakes = append(mistakes, wrong{field: name, text: lineChars})
		}
		return s
	}
	l = line{brand: get("brand"), maker: get("maker"), series: get("series"), name: get("model"), source: get("source_id")}
	before := len(mistakes)
	year, err := strconv.Atoi(get("model_year"))
	if len(mistakes) == before && (err != nil || year < 1980 || year > 2035) {
		mistakes = append(mistakes, wrong{field: "model_year", text: lineYear})
	}
	l.year = year
	slices.SortStableFunc(mistakes, func(a, b wrong) int { return slices.Index(columns, a.field) - slices.Index(columns, b.field) })
	return l, mistakes
}

// limit ends a file that unpacks to more than it may.
type limit struct {
	r    io.Reader
	left int64
}

func (l *limit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, ErrFileSize.At("file")
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}

// damaged keeps a fault; what else went wrong while unpacking is the file's own damage.
func damaged(err error) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrGzip.At("file").Because(err)
	}
	return fmt.Errorf("read file of models: %w", err)
}
