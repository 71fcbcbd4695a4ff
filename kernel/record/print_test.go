package record

import (
	"errors"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

type bill struct {
	bun.BaseModel `bun:"table:bills"`
	Base
	Name   string       `bun:"name" json:"name"`
	Note   string       `bun:"note" json:"note"`
	Amount money.Amount `bun:"amount" json:"amount"`
	Profit money.Amount `bun:"profit" json:"profit"`
}

type billLine struct {
	bun.BaseModel `bun:"table:bill_lines"`
	Base
	What string `bun:"what" json:"what"`
}

var billLines = New("bill_line", "", "行", "Line", func(m *billLine, k *Kind[billLine]) {
	k.Text(&m.What, "品名", "Item")
	k.List("createdAt", "what")
})

var bills = New("bill", "bills", "单子", "Slip", func(m *bill, k *Kind[bill]) {
	k.Text(&m.Name, "名称", "Name").Must()
	k.Text(&m.Note, "备注", "Note").As("multiline")
	k.Money(&m.Amount, "金额", "Amount")
	k.Money(&m.Profit, "毛利", "Profit").Internal()
	k.Form("基本", "Basics", "name", "note")
	k.List("-createdAt", "number", "name")
	PartOf(k, billLines, "lines", "bill_id", true)
})

func fieldAt(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}

func TestCheckPrint(t *testing.T) {
	t.Parallel()
	sheet := func(change func(l *PrintLayout)) PrintLayout {
		l := bills.ShippedPrint()
		change(&l)
		return l
	}
	block := func(b PrintBlock) PrintLayout {
		return sheet(func(l *PrintLayout) { l.Blocks = []PrintBlock{{Type: "text"}, b} })
	}
	element := func(paper string, e PrintElement) PrintLayout {
		return sheet(func(l *PrintLayout) { l.Paper, l.Elements = paper, []PrintElement{e} })
	}
	long := fault.Text{Zh: strings.Repeat("长", 4001)}
	v := View{Set: &access.Set{}}
	for name, c := range map[string]struct {
		layout PrintLayout
		want   error
		at     string
	}{
		"the shipped one":                {bills.ShippedPrint(), nil, ""},
		"put away":                       {PrintLayout{Off: true}, nil, ""},
		"empty":                          {PrintLayout{Paper: "a4"}, ErrPrintEmpty, "print.blocks"},
		"a custom paper without a size":  {sheet(func(l *PrintLayout) { l.Paper = "custom" }), ErrPrintPaper, "print.width"},
		"a stamp":                        {sheet(func(l *PrintLayout) { l.Paper, l.Width, l.Height = "custom", 29, 100 }), ErrPrintPaper, "print.width"},
		"margins over the paper":         {sheet(func(l *PrintLayout) { l.Margin.Left, l.Margin.Right = 99, 99 }), ErrPrintMargin, "print.margin"},
		"a long title":                   {sheet(func(l *PrintLayout) { l.Title = long }), ErrPrintText, "print.title"},
		"a long footer":                  {sheet(func(l *PrintLayout) { l.Footer = long }), ErrPrintText, "print.footer"},
		"a code of nothing":              {sheet(func(l *PrintLayout) { l.QR = "none" }), ErrLayoutField, "print.qr"},
		"a code of what one cannot see":  {sheet(func(l *PrintLayout) { l.QR = "profit" }), ErrPrintUnseen, "print.qr"},
		"a code of the number":           {sheet(func(l *PrintLayout) { l.QR = "number" }), nil, ""},
		"an unknown field":               {block(PrintBlock{Type: "fields", Fields: []string{"name", "x_none"}}), ErrLayoutField, "print.blocks[1].fields[1]"},
		"a field without a name":         {block(PrintBlock{Type: "fields", Fields: []string{""}}), ErrLayoutField, "print.blocks[1].fields[0]"},
		"an id":                          {block(PrintBlock{Type: "fields", Fields: []string{"id"}}), ErrLayoutField, "print.blocks[1].fields[0]"},
		"a link among fields":            {block(PrintBlock{Type: "fields", Fields: []string{"@link"}}), ErrLayoutField, "print.blocks[1].fields[0]"},
		"a hidden field":                 {block(PrintBlock{Type: "sums", Fields: []string{"amount", "profit"}}), ErrPrintUnseen, "print.blocks[1].fields[1]"},
		"a field twice":                  {block(PrintBlock{Type: "fields", Fields: []string{"name", "name"}}), ErrLayoutTwice, "print.blocks[1].fields[1]"},
		"a name as a sum":                {block(PrintBlock{Type: "sums", Fields: []string{"name"}}), ErrPrintSum, "print.blocks[1].fields[0]"},
		"no fields":                      {block(PrintBlock{Type: "fields"}), ErrPrintEmpty, "print.blocks[1].fields"},
		"lines of nothing":               {block(PrintBlock{Type: "lines", Part: "parts", Fields: []string{"what"}}), ErrPrintPart, "print.blocks[1].part"},
		"a column of the head in lines":  {block(PrintBlock{Type: "lines", Part: "lines", Fields: []string{"note"}}), ErrLayoutField, "print.blocks[1].fields[0]"},
		"lines":                          {block(PrintBlock{Type: "lines", Part: "lines", Fields: []string{"what"}}), nil, ""},
		"a long text":                    {block(PrintBlock{Type: "text", Text: long}), ErrPrintText, "print.blocks[1].text"},
		"a long signer":                  {block(PrintBlock{Type: "signers", Signers: []fault.Text{{}, long}}), ErrPrintText, "print.blocks[1].signers[1]"},
		"at the very edge":               {element("a4", PrintElement{Type: "field", Field: "name", X: 160, Y: 290, Width: 50, Height: 7}), nil, ""},
		"over the right edge":            {element("a4", PrintElement{Type: "field", Field: "name", X: 161, Y: 10, Width: 50, Height: 7}), ErrPrintOutside, "print.elements[0].x"},
		"over the lower edge":            {element("a5", PrintElement{Type: "text", X: 1, Y: 205, Width: 50, Height: 7}), ErrPrintOutside, "print.elements[0].y"},
		"left of the paper":              {element("a4", PrintElement{Type: "date", X: -1, Y: 5, Width: 50, Height: 7}), ErrPrintOutside, "print.elements[0].x"},
		"on the form of three":           {element("triplicate", PrintElement{Type: "date", X: 190, Y: 133, Width: 51, Height: 7}), nil, ""},
		"below the form of three":        {element("triplicate", PrintElement{Type: "date", X: 1, Y: 134, Width: 51, Height: 7}), ErrPrintOutside, "print.elements[0].y"},
		"a column that runs off":         {element("a4", PrintElement{Type: "column", Part: "lines", Field: "what", X: 1, Y: 100, Width: 30, Height: 10, Rows: 20}), ErrPrintOutside, "print.elements[0].y"},
		"a column":                       {element("a4", PrintElement{Type: "column", Part: "lines", Field: "what", X: 1, Y: 97, Width: 30, Height: 10, Rows: 20}), nil, ""},
		"a column of nothing":            {element("a4", PrintElement{Type: "column", Part: "x", Field: "what", X: 1, Y: 1, Width: 30, Height: 10}), ErrPrintPart, "print.elements[0].part"},
		"a field that is not there":      {element("a4", PrintElement{Type: "field", Field: "none", X: 1, Y: 1, Width: 30, Height: 10}), ErrLayoutField, "print.elements[0].field"},
		"a field left open":              {element("a4", PrintElement{Type: "field", X: 1, Y: 1, Width: 30, Height: 10}), ErrLayoutField, "print.elements[0].field"},
		"a placed field that is hidden":  {element("a4", PrintElement{Type: "field", Field: "profit", X: 1, Y: 1, Width: 30, Height: 10}), ErrPrintUnseen, "print.elements[0].field"},
		"a name in capitals":             {element("a4", PrintElement{Type: "capitals", Field: "name", X: 1, Y: 1, Width: 30, Height: 10}), ErrPrintSum, "print.elements[0].field"},
		"a placed code of the own page":  {element("a4", PrintElement{Type: "qr", Field: "@link", X: 1, Y: 1, Width: 30, Height: 30}), nil, ""},
		"a placed text that is too long": {element("a4", PrintElement{Type: "text", Text: long, X: 1, Y: 1, Width: 30, Height: 10}), ErrPrintText, "print.elements[0].text"},
	} {
		err := bills.CheckPrint(v, c.layout)
		if c.want == nil && err != nil || c.want != nil && (!errors.Is(err, c.want) || fieldAt(err) != c.at) {
			t.Errorf("%s: %v at %q, want %v at %q", name, err, fieldAt(err), c.want, c.at)
		}
	}
}

func TestPrintsAreOfferedByName(t *testing.T) {
	t.Parallel()
	at := func(level, target, name string, off bool, size float64) Layout {
		return Layout{Part: LayoutPrint, Level: level, Target: target, Name: name, Print: PrintLayout{Off: off, Size: size}}
	}
	for name, c := range map[string]struct {
		layouts []Layout
		want    string
		size    float64 // of the one that is offered as 三联
	}{
		"nobody laid out anything":          {nil, "|", 0},
		"one more beside the standard one":  {[]Layout{at(LevelGroup, "", "三联", false, 9)}, "|三联|", 9},
		"a role's before the group's":       {[]Layout{at(LevelGroup, "", "三联", false, 9), at(LevelRole, "cashier", "三联", false, 12)}, "|三联|", 12},
		"another role's is not theirs":      {[]Layout{at(LevelRole, "leader", "三联", false, 12)}, "|", 0},
		"a role does without the group's":   {[]Layout{at(LevelGroup, "", "三联", false, 9), at(LevelRole, "cashier", "三联", true, 0)}, "|", 0},
		"the standard one is put away":      {[]Layout{at(LevelGroup, "", "", true, 0), at(LevelGroup, "", "三联", false, 9)}, "三联|", 9},
		"the standard one stays if nothing": {[]Layout{at(LevelGroup, "", "", true, 0)}, "|", 0},
	} {
		s := *bills.Spec
		s.layouts = c.layouts
		v := View{Roles: []string{"cashier"}, Set: &access.Set{}}
		if got := strings.Join(s.prints(v), "|") + "|"; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		l, err := s.printNamed(v, "三联")
		if (err == nil) != (c.size > 0) || l.Size != c.size {
			t.Errorf("%s: %v, %v", name, l.Size, err)
		}
	}
}

func TestShippedPrintLeavesOutCost(t *testing.T) {
	t.Parallel()
	l := bills.ShippedPrint()
	for _, name := range []string{"name", "note", "amount", "number"} {
		if !l.reads(name) {
			t.Errorf("%s is not on the paper", name)
		}
	}
	if l.reads("profit") {
		t.Error("the profit is on the paper")
	}
	all := bills.printFor(View{Set: &access.Set{}}, PrintLayout{QR: "profit", Blocks: []PrintBlock{{Type: "sums", Fields: []string{"profit"}}, {Type: "text"}},
		Elements: []PrintElement{{Type: "field", Field: "profit"}, {Type: "date"}}})
	if all.QR != "" || len(all.Blocks) != 1 || len(all.Elements) != 1 {
		t.Errorf("who does not see the profit prints %+v", all)
	}
}
