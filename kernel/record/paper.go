package record

import (
	"slices"

	"forecourt/kernel/fault"
)

// Paper says what the shipped print layout of a kind holds. Without one it holds everything that a record shows.
type Paper struct {
	Title   fault.Text
	Fields  []string // in two columns
	Sums    []string // sums of money; the first is written in capitals too
	Terms   fault.Text
	Signers []fault.Text
}

// Paper declares what stands on the shipped paper of the kind.
func (k *Kind[T]) Paper(p Paper) { k.paper = &p }

func (s *Spec) checkPaper(known func(where string, names ...string), wrong func(string, ...any)) {
	if s.paper == nil {
		return
	}
	known("paper", s.paper.Fields...)
	known("paper", s.paper.Sums...)
	for _, name := range s.paper.Sums {
		if f := s.by[name]; f != nil && f.Type != Money {
			wrong("paper: %s is no sum of money", name)
		}
	}
}

var (
	paperSigners = []fault.Text{{Zh: "经办人", En: "Handled by"}, {Zh: "审核", En: "Checked by"}, {Zh: "签收", En: "Received by"}}
	// kept are the fields that a record keeps for itself; a paper shows those of them that say where it comes from.
	kept = []string{"id", "version", "departmentId", "createdBy", "updatedAt", "position", "no", "itemId"}
)

// ShippedPrint is the paper of a kind that nobody laid out, so that every kind prints at once.
func (s *Spec) ShippedPrint() PrintLayout {
	p := Paper{Title: s.Label, Signers: paperSigners}
	if s.paper != nil {
		p = *s.paper
	} else {
		p.Fields, p.Sums = s.whole()
	}
	l := PrintLayout{Paper: "a4", Margin: Margin{15, 15, 18, 15}, Company: true, Title: p.Title, QR: printLink, Pages: true}
	head := PrintBlock{Type: "fields", Columns: 3}
	for _, name := range []string{"number", "companyId", "ownerId", "createdAt"} {
		if s.by[name] != nil && len(head.Fields) < 3 && (name != "companyId" || s.by["number"] == nil) {
			head.Fields = append(head.Fields, name)
		}
	}
	put := func(b PrintBlock) {
		if len(b.Fields)+len(b.Signers) > 0 || b.Text.Zh != "" {
			l.Blocks = append(l.Blocks, b)
		}
	}
	put(head)
	put(PrintBlock{Type: "fields", Columns: 2, Fields: slices.DeleteFunc(slices.Clone(p.Fields), func(name string) bool { return slices.Contains(head.Fields, name) })})
	if own := s.own(); len(own) > 0 {
		more := PrintBlock{Type: "fields", Columns: 2, Label: ownSection}
		for _, f := range own {
			if !f.Retired && !f.Cost {
				more.Fields = append(more.Fields, f.Name)
			}
		}
		put(more)
	}
	for _, part := range s.parts {
		lines := PrintBlock{Type: "lines", Part: part.Name, Label: part.Label}
		for _, f := range part.spec.Fields {
			if f.Type != ID && f.Type != JSON && !f.Cost && !slices.Contains(kept, f.Name) {
				lines.Fields = append(lines.Fields, f.Name)
			}
		}
		put(lines)
	}
	put(PrintBlock{Type: "sums", Fields: p.Sums})
	put(PrintBlock{Type: "text", Text: p.Terms})
	put(PrintBlock{Type: "signers", Columns: min(max(len(p.Signers), 1), 3), Signers: p.Signers})
	return l
}

// whole are the declared fields of a kind in the order of its form, then what else it holds; sums of money apart.
func (s *Spec) whole() (fields, sums []string) {
	var names []string
	for _, section := range s.form {
		names = append(names, section.Fields...)
	}
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	for _, name := range names {
		f := s.by[name]
		switch {
		case f.Own || f.Cost || f.Type == ID || f.Type == JSON || slices.Contains(kept, name) || slices.Contains(fields, name) || slices.Contains(sums, name):
		case f.Type == Money:
			sums = append(sums, name)
		default:
			fields = append(fields, name)
		}
	}
	return fields, sums
}
