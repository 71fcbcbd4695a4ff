package tenants

import (
	"context"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of opening from a template.
var (
	ErrNoTemplate     = fault.New(fault.Invalid, "tenant.no_template", "没有这个模板：%s", "There is no such template: %s")
	ErrNoTemplateUnit = fault.New(fault.Invalid, "tenant.no_template_unit", "模板里没有这个组织：%s", "The template has no such unit: %s")
	ErrUnitForm       = fault.New(fault.Invalid, "org.code_form", "编码为 1 到 20 个字母或数字", "A code has 1 to 20 letters or digits")
)

// Template is the organisation that a new account set begins with, below its root. Roles, callback rules and numbers are the same
// for all: every account set gets what ships.
type Template struct {
	Code  string         `json:"code"`
	Name  fault.Text     `json:"name"`
	About fault.Text     `json:"about"`
	Units []TemplateUnit `json:"units"`
}

// TemplateUnit is a unit of a template. Key names it when an operator gives it another code or name. The code of a department or
// team follows the unit above: "S" below "A01" becomes "A01S".
type TemplateUnit struct {
	Key   string         `json:"key"`
	Kind  string         `json:"kind" enum:"region,company,department,team"`
	Code  string         `json:"code"`
	Name  fault.Text     `json:"name"`
	Below []TemplateUnit `json:"below"`
}

// UnitChoice is another code or name for a unit of the template; what is empty stays the template's.
type UnitChoice struct {
	Key  string `json:"key" minLength:"1" maxLength:"40"`
	Code string `json:"code,omitempty" maxLength:"20"`
	Name string `json:"name,omitempty" maxLength:"60"`
}

// Templates are what operators choose from; none is chosen for a root alone.
var Templates = []Template{
	{"retail_group", text("零售集团", "Retail group"), text("集团、区域和两家 4S 店，集团设财务、市场和人事", "A group with a region, two 4S shops, and finance, marketing and personnel at the group"), []TemplateUnit{
		department("finance", "FIN", "集团财务部", "Group finance"),
		department("marketing", "MKT", "集团市场部", "Group marketing"),
		department("personnel", "HR", "人力行政部", "Personnel and administration"),
		{"region", "region", "R1", text("华东区", "East region"), []TemplateUnit{
			{"store1", "company", "A01", text("第一 4S 店", "First 4S shop"), shop("store1")},
			{"store2", "company", "A02", text("第二 4S 店", "Second 4S shop"), shop("store2")},
		}},
	}},
	{"store_4s", text("单品牌 4S 店", "Single-brand 4S shop"), text("一家 4S 店：销售、售后、客户关系、财务和仓库", "One 4S shop: sales, service, customer relations, finance and warehouse"), []TemplateUnit{
		{"store", "company", "A01", text("4S 店", "4S shop"), shop("store")},
	}},
	{"used_car_dealer", text("二手车商", "Used-car dealer"), text("一家二手车公司：收车评估、整备、销售、金融保险和财务", "One used-car company: buying, reconditioning, sales, loans and insurance, finance"), []TemplateUnit{
		{"company", "company", "U01", text("二手车公司", "Used-car company"), []TemplateUnit{
			department("buying", "B", "收车评估部", "Buying and appraisal"),
			department("reconditioning", "R", "整备部", "Reconditioning"),
			department("sales", "S", "销售部", "Sales"),
			department("loans", "L", "金融保险部", "Loans and insurance"),
			department("finance", "F", "财务部", "Finance"),
		}},
	}},
}

func department(key, code, zh, en string, teams ...TemplateUnit) TemplateUnit {
	if teams == nil {
		teams = []TemplateUnit{}
	}
	return TemplateUnit{key, "department", code, text(zh, en), teams}
}

func team(key, code, zh, en string) TemplateUnit {
	return TemplateUnit{key, "team", code, text(zh, en), []TemplateUnit{}}
}

// shop is the departments of a 4S shop; its key keeps those of two shops apart.
func shop(key string) []TemplateUnit {
	return []TemplateUnit{
		department(key+".sales", "S", "销售部", "Sales"),
		department(key+".service", "A", "售后服务部", "Service",
			team(key+".mechanics", "1", "机电组", "Mechanics"),
			team(key+".body", "2", "钣喷组", "Body and paint")),
		department(key+".care", "C", "客户关系部", "Customer relations"),
		department(key+".finance", "F", "财务部", "Finance"),
		department(key+".warehouse", "W", "车辆仓库", "Vehicle warehouse"),
	}
}

// templateOf finds a template by its code; an empty code is a root without units.
func templateOf(code string) (Template, error) {
	if code == "" {
		return Template{}, nil
	}
	for _, t := range Templates {
		if t.Code == code {
			return t, nil
		}
	}
	return Template{}, ErrNoTemplate.With(code).At("template")
}

var unitCode = regexp.MustCompile(`^[A-Za-z0-9]{1,20}$`)

// plannedUnit is a unit of a template as it will be made; at is its place in the operator's choices, or -1.
type plannedUnit struct {
	UnitInput
	id, company uuid.UUID
	at          int
	wrong       bool
}

// plan lays out a template below root, with the operator's codes and names and else the template's in language. It returns
// ErrNoTemplateUnit, ErrUnitForm, ErrUnitCode or record.ErrLong at every choice that is wrong.
func (t Template) plan(root uuid.UUID, choices []UnitChoice, language string) ([]plannedUnit, error) {
	var wrong []*fault.Fault
	chosen := map[string]int{}
	for i, c := range choices {
		chosen[c.Key] = i
	}
	var planned []plannedUnit
	codes := map[string]bool{"0": true} // the root's
	var lay func(units []TemplateUnit, above plannedUnit)
	lay = func(units []TemplateUnit, above plannedUnit) {
		for _, u := range units {
			p := plannedUnit{UnitInput{above.id, u.Kind, u.Code, u.Name.In(language)}, id.New(), above.company, -1, false}
			if u.Kind == "company" {
				p.company = p.id
			}
			if above.Kind == "company" || above.Kind == "department" {
				p.Code = above.Code + u.Code
			}
			if i, ok := chosen[u.Key]; ok {
				p.at = i
				delete(chosen, u.Key)
				if choices[i].Code != "" {
					p.Code = choices[i].Code
				}
				if choices[i].Name != "" {
					p.Name = choices[i].Name
				}
			}
			// A code that follows a wrong one is no mistake of its own.
			if p.wrong = above.wrong && p.at < 0; !p.wrong {
				found := p.mistakes(codes)
				p.wrong, wrong = len(found) > 0, append(wrong, found...)
			}
			codes[p.Code] = true
			planned = append(planned, p)
			lay(u.Below, p)
		}
	}
	lay(t.Units, plannedUnit{id: root})
	for i, c := range choices {
		if _, left := chosen[c.Key]; left {
			wrong = append(wrong, ErrNoTemplateUnit.With(c.Key).At(fmt.Sprintf("units[%d].key", i)))
		}
	}
	return planned, fault.Join(wrong...)
}

// mistakes are those of a unit beside the codes that are taken. A department whose code grew too long shows it at what was chosen
// for it, or at the template.
func (p plannedUnit) mistakes(taken map[string]bool) (wrong []*fault.Fault) {
	at := func(field string) string {
		if p.at < 0 {
			return "template"
		}
		return fmt.Sprintf("units[%d].%s", p.at, field)
	}
	switch {
	case !unitCode.MatchString(p.Code):
		wrong = append(wrong, ErrUnitForm.At(at("code")))
	case taken[p.Code]:
		wrong = append(wrong, ErrUnitCode.At(at("code")))
	}
	if utf8.RuneCountInString(p.Name) > 60 {
		wrong = append(wrong, record.ErrLong.With(text("名称", "Name"), 60).At(at("name")))
	}
	return wrong
}

// build makes the units of a template, those above first.
func build(ctx context.Context, tx Tx, units []plannedUnit) error {
	for _, u := range units {
		if err := insertUnit(ctx, tx, u.id, u.company, u.UnitInput); err != nil {
			return err
		}
	}
	return nil
}
