package record

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

// PrintLayout is a paper of a kind: a document whose blocks follow each other, or elements that stand where a preprinted form has room
// for them, or both. Lengths are in millimetres, sizes of type in points.
type PrintLayout struct {
	Off       bool           `json:"off,omitempty" doc:"Not offered, nor is the wider place's layout of this name"`
	Paper     string         `json:"paper" enum:"a4,a5,triplicate,custom" doc:"triplicate is 241 × 140 mm"`
	Width     float64        `json:"width,omitempty" minimum:"0" maximum:"1000" doc:"Of a custom paper"`
	Height    float64        `json:"height,omitempty" minimum:"0" maximum:"1000" doc:"Of a custom paper"`
	Landscape bool           `json:"landscape,omitempty" doc:"Of A4 and A5"`
	Margin    Margin         `json:"margin"`
	Size      float64        `json:"size,omitempty" minimum:"0" maximum:"24" doc:"Of the text; 0 is 10.5"`
	Company   bool           `json:"company,omitempty" doc:"The company's name stands above the title"`
	Title     fault.Text     `json:"title,omitzero" required:"false"`
	QR        string         `json:"qr,omitempty" maxLength:"60" doc:"A field, or @link for the record's page; empty: no code"`
	Pages     bool           `json:"pages,omitempty" doc:"Number the pages"`
	Footer    fault.Text     `json:"footer,omitzero" required:"false"`
	Blocks    []PrintBlock   `json:"blocks,omitempty" maxItems:"40"`
	Elements  []PrintElement `json:"elements,omitempty" maxItems:"200"`
}

// Margin is the empty border of a document.
type Margin struct {
	Top    float64 `json:"top" minimum:"0" maximum:"100"`
	Right  float64 `json:"right" minimum:"0" maximum:"100"`
	Bottom float64 `json:"bottom" minimum:"0" maximum:"100"`
	Left   float64 `json:"left" minimum:"0" maximum:"100"`
}

// PrintBlock is a block of a document: a table of fields, the lines of a part, sums, a text, or places to sign.
type PrintBlock struct {
	Type    string       `json:"type" enum:"fields,lines,sums,text,signers"`
	Label   fault.Text   `json:"label,omitzero" required:"false" doc:"Stands above the block"`
	Columns int          `json:"columns,omitempty" minimum:"0" maximum:"3" doc:"Of fields and of places to sign"`
	Fields  []string     `json:"fields,omitempty" maxItems:"60" doc:"Of lines: their columns. Of sums: the first is also written in capitals"`
	Part    string       `json:"part,omitempty" maxLength:"60" doc:"Of lines"`
	Text    fault.Text   `json:"text,omitzero" required:"false"`
	Signers []fault.Text `json:"signers,omitempty" maxItems:"8"`
}

// PrintElement stands at a place of the paper. A column writes a field of each line, one below the other.
type PrintElement struct {
	Type   string     `json:"type" enum:"field,capitals,column,text,qr,company,date,page"`
	Field  string     `json:"field,omitempty" maxLength:"60" doc:"Of a code also @link"`
	Part   string     `json:"part,omitempty" maxLength:"60" doc:"Of a column"`
	Text   fault.Text `json:"text,omitzero" required:"false"`
	X      float64    `json:"x" minimum:"0" maximum:"1000"`
	Y      float64    `json:"y" minimum:"0" maximum:"1000"`
	Width  float64    `json:"width" minimum:"1" maximum:"1000"`
	Height float64    `json:"height" minimum:"1" maximum:"1000" doc:"Of a column: of one line"`
	Rows   int        `json:"rows,omitempty" minimum:"0" maximum:"100" doc:"Of a column: how many lines a page holds"`
	Size   float64    `json:"size,omitempty" minimum:"0" maximum:"72" doc:"0 is that of the layout"`
	Align  string     `json:"align,omitempty" enum:"left,center,right,"`
	Bold   bool       `json:"bold,omitempty"`
}

const (
	printLink    = "@link"
	triplicate   = "triplicate"
	printText    = 4000 // characters of one text
	smallestSide = 30.0 // mm
)

// Faults of print layouts. Each names its place in the layout.
var (
	ErrPrintPaper   = fault.New(fault.Invalid, "print.paper", "自定义纸张的宽和高为 30 至 1000 毫米", "A custom paper is 30 to 1000 mm wide and high")
	ErrPrintMargin  = fault.New(fault.Invalid, "print.margin", "页边距太大，纸上没有地方了", "The margins leave no room on the paper")
	ErrPrintOutside = fault.New(fault.Invalid, "print.outside", "“%s”超出纸张（%v × %v 毫米）", "%s lies outside the paper (%v × %v mm)")
	ErrPrintUnseen  = fault.New(fault.Invalid, "print.unseen", "你看不到“%s”，不能放进打印版式", "You do not see %s, so it cannot stand in a layout")
	ErrPrintPart    = fault.New(fault.Invalid, "print.part", "没有“%s”这个明细", "There are no lines %s")
	ErrPrintSum     = fault.New(fault.Invalid, "print.sum", "“%s”不是金额", "%s is no sum of money")
	ErrPrintText    = fault.New(fault.Invalid, "print.text", "一段文字最多 4000 字", "A text has at most 4000 characters")
	ErrPrintEmpty   = fault.New(fault.Invalid, "print.empty", "版式里还没有内容", "There is nothing in the layout")
)

// Paper returns the width and height of the paper as it is printed, in mm.
func (l *PrintLayout) paper() (width, height float64) {
	switch l.Paper {
	case "a5":
		width, height = 148, 210
	case triplicate:
		return 241, 140
	case "custom":
		return l.Width, l.Height
	default:
		width, height = 210, 297
	}
	if l.Landscape {
		width, height = height, width
	}
	return width, height
}

// CheckPrint holds a layout against the kind and what its maker sees of it. It returns ErrLayoutField, ErrLayoutTwice or one of the faults
// of print layouts, at its place.
func (s *Spec) CheckPrint(v View, l PrintLayout) error {
	width, height := l.paper()
	switch {
	case l.Off:
		return nil
	case width < smallestSide || height < smallestSide:
		return ErrPrintPaper.At("print.width")
	case l.Margin.Left+l.Margin.Right > width-20 || l.Margin.Top+l.Margin.Bottom > height-20:
		return ErrPrintMargin.At("print.margin")
	case len(l.Blocks)+len(l.Elements) == 0:
		return ErrPrintEmpty.At("print.blocks")
	}
	for at, text := range map[string]fault.Text{"print.title": l.Title, "print.footer": l.Footer} {
		if err := short(text, at); err != nil {
			return err
		}
	}
	if err := s.printable(v, l.QR, "print.qr", true); err != nil {
		return err
	}
	for i, b := range l.Blocks {
		if err := s.checkBlock(v, b, fmt.Sprintf("print.blocks[%d]", i)); err != nil {
			return err
		}
	}
	for i, e := range l.Elements {
		if err := s.checkElement(v, e, width, height, fmt.Sprintf("print.elements[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func short(t fault.Text, at string) error {
	if utf8.RuneCountInString(t.Zh) > printText || utf8.RuneCountInString(t.En) > printText {
		return ErrPrintText.At(at)
	}
	return nil
}

// printable refuses a field that is not there or that the maker of the layout does not see. "" is nothing to print.
func (s *Spec) printable(v View, name, at string, link bool) error {
	f := s.by[name]
	switch {
	case name == "" || link && name == printLink:
		return nil
	case f == nil || f.Type == ID || f.Retired:
		return ErrLayoutField.With(name).At(at)
	case v.See(f) == access.Hidden:
		return ErrPrintUnseen.With(f.Label).At(at)
	}
	return nil
}

// part returns the spec of a part, or nil.
func (s *Spec) part(name string) *Spec {
	for _, p := range s.parts {
		if p.Name == name {
			return p.spec
		}
	}
	return nil
}

func (s *Spec) checkBlock(v View, b PrintBlock, at string) error {
	of := s
	if b.Type == "lines" {
		if of = s.part(b.Part); of == nil {
			return ErrPrintPart.With(b.Part).At(at + ".part")
		}
	}
	seen := map[string]bool{}
	for i, name := range b.Fields {
		at := fmt.Sprintf("%s.fields[%d]", at, i)
		if name == "" {
			return ErrLayoutField.With(name).At(at)
		}
		if err := of.printable(v, name, at, false); err != nil {
			return err
		}
		f := of.by[name]
		if seen[name] {
			return ErrLayoutTwice.With(f.Label).At(at)
		}
		if b.Type == "sums" && f.Type != Money {
			return ErrPrintSum.With(f.Label).At(at)
		}
		seen[name] = true
	}
	if wants := b.Type == "fields" || b.Type == "lines" || b.Type == "sums"; wants && len(b.Fields) == 0 {
		return ErrPrintEmpty.At(at + ".fields")
	}
	for i, signer := range b.Signers {
		if err := short(signer, fmt.Sprintf("%s.signers[%d]", at, i)); err != nil {
			return err
		}
	}
	if err := short(b.Label, at+".label"); err != nil {
		return err
	}
	return short(b.Text, at+".text")
}

func (s *Spec) checkElement(v View, e PrintElement, width, height float64, at string) error {
	of := s
	if e.Type == "column" {
		if of = s.part(e.Part); of == nil {
			return ErrPrintPart.With(e.Part).At(at + ".part")
		}
	}
	label := fault.Text{Zh: e.Text.Zh, En: e.Text.In("en")}
	if slices.Contains([]string{"field", "capitals", "column", "qr"}, e.Type) {
		if e.Field == "" {
			return ErrLayoutField.With(e.Field).At(at + ".field")
		}
		if err := of.printable(v, e.Field, at+".field", e.Type == "qr"); err != nil {
			return err
		}
		if f := of.by[e.Field]; f != nil {
			if label = f.Label; e.Type == "capitals" && f.Type != Money {
				return ErrPrintSum.With(f.Label).At(at + ".field")
			}
		}
	}
	if label.Zh == "" {
		label = fault.Text{Zh: e.Type, En: e.Type}
	}
	low := e.Y + e.Height*float64(max(e.Rows, 1))
	if e.Y < 0 || low > height {
		return ErrPrintOutside.With(label, width, height).At(at + ".y")
	}
	if e.X < 0 || e.X+e.Width > width {
		return ErrPrintOutside.With(label, width, height).At(at + ".x")
	}
	return short(e.Text, at+".text")
}

// reads reports whether the layout names a field of the kind.
func (l *PrintLayout) reads(name string) bool {
	return l.QR == name ||
		slices.ContainsFunc(l.Blocks, func(b PrintBlock) bool { return b.Type != "lines" && slices.Contains(b.Fields, name) }) ||
		slices.ContainsFunc(l.Elements, func(e PrintElement) bool { return e.Type != "column" && e.Field == name })
}

// For leaves out of a layout what the reader does not see.
func (s *Spec) printFor(v View, l PrintLayout) PrintLayout {
	unseen := func(of *Spec, name string) bool {
		f := of.by[name]
		return name != printLink && (f == nil || v.See(f) == access.Hidden)
	}
	if l.QR != "" && unseen(s, l.QR) {
		l.QR = ""
	}
	blocks := make([]PrintBlock, 0, len(l.Blocks))
	for _, b := range l.Blocks {
		of := s
		if b.Type == "lines" {
			of = s.part(b.Part)
		}
		had := len(b.Fields)
		b.Fields = slices.DeleteFunc(slices.Clone(b.Fields), func(name string) bool { return of == nil || unseen(of, name) })
		if had == 0 || len(b.Fields) > 0 {
			blocks = append(blocks, b)
		}
	}
	l.Blocks = blocks
	l.Elements = slices.DeleteFunc(slices.Clone(l.Elements), func(e PrintElement) bool {
		of := s
		if e.Type == "column" {
			of = s.part(e.Part)
		}
		return e.Field != "" && (of == nil || unseen(of, e.Field))
	})
	return l
}

// prints are the names of the layouts that are offered to a reader, "" for the standard one, which is there unless the group put it away
// and has others.
func (s *Spec) prints(v View) []string {
	out := []string{}
	for i := range s.layouts {
		l := &s.layouts[i]
		if l.Part == LayoutPrint && l.Name != "" && !slices.Contains(out, l.Name) {
			if counts := s.layout(v, LayoutPrint, l.Name); counts != nil && !counts.Print.Off {
				out = append(out, l.Name)
			}
		}
	}
	slices.Sort(out)
	if standard := s.layout(v, LayoutPrint, ""); len(out) == 0 || standard == nil || !standard.Print.Off {
		out = slices.Insert(out, 0, "")
	}
	return out
}

// printNamed returns the layout of a name that counts for the reader. It returns ErrMissing.
func (s *Spec) printNamed(v View, name string) (PrintLayout, error) {
	if !slices.Contains(s.prints(v), name) {
		return PrintLayout{}, ErrMissing
	}
	if l := s.layout(v, LayoutPrint, name); l != nil && !l.Print.Off {
		return l.Print, nil
	}
	return s.ShippedPrint(), nil
}
