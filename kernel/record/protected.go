package record

import (
	"context"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// ProtectedField is a field to which rules apply, for whoever writes them.
type ProtectedField struct {
	Kind      string     `json:"kind"`
	KindLabel fault.Text `json:"kindLabel"`
	Field     string     `json:"field"`
	Label     fault.Text `json:"label"`
	Default   string     `json:"default" enum:"hidden,masked" doc:"How those see it for whom no rule speaks"`
	Editable  bool       `json:"editable" doc:"Whether people change it at all; a module sets the others"`
	Sample    string     `json:"sample" doc:"A value that was made up"`
	Masked    string     `json:"masked" doc:"The same, masked; empty: it is shown or hidden, nothing between"`
}

// samples are made-up values, by the name of the field.
var samples = map[string]string{"mobile": "13800138000", "idNumber": "110105199001011234", "address": "北京市朝阳区建国路 1 号"}

// Protected lists the fields that rules apply to, kind by kind, with those that tx's tenant added.
func (r *Registry) Protected(ctx context.Context, tx database.Tx) ([]ProtectedField, error) {
	out := []ProtectedField{}
	for _, kind := range r.kinds {
		s, err := kind.Of(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, f := range s.Fields {
			if !f.Protected() {
				continue
			}
			p := ProtectedField{Kind: s.Name, KindLabel: s.Label, Field: f.Name, Label: f.Label, Default: visibilities[f.Default()], Editable: !f.ReadOnly, Sample: samples[f.Name]}
			switch {
			case f.Type == Money:
				p.Sample = money.Yuan(12_800).String()
			case p.Sample == "":
				p.Sample = "示例内容 0123456789"
			}
			if f.Personal {
				p.Masked = f.mask(p.Sample)
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// Fits reports whether a rule may give the field this visibility: cost has nothing between shown and hidden, and what a module sets is
// never editable.
func (p ProtectedField) Fits(v access.Visibility) bool {
	return (v != access.Masked || p.Masked != "") && (v != access.Editable || p.Editable)
}
