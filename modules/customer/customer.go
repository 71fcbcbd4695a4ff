// Package customer holds the people and enterprises that deal with the group. A customer belongs to the group, once; every
// company that deals with it has a relation row that says who looks after it there.
package customer

import (
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Type tells a person from an enterprise.
type Type string

// The types.
const (
	TypeIndividual Type = "individual"
	TypeEnterprise Type = "enterprise"
)

// Stage grades a customer; base and VIP are given by hand.
type Stage string

// The stages.
const (
	StagePotential Stage = "potential"
	StageFormal    Stage = "formal"
	StageBase      Stage = "base"
	StageVIP       Stage = "vip"
)

// Customer is a person or an enterprise. Its company, department and owner are those of the first contact.
type Customer struct {
	bun.BaseModel `bun:"table:customers"`
	record.Base
	Type               Type      `bun:"type" json:"type"`
	Stage              Stage     `bun:"stage" json:"stage"`
	Name               string    `bun:"name" json:"name"`
	Mobile             string    `bun:"mobile,nullzero" json:"mobile"`
	IDNumber           string    `bun:"id_number,nullzero" json:"idNumber"`
	Gender             string    `bun:"gender,nullzero" json:"gender"`
	Birthday           clock.Day `bun:"birthday,nullzero" json:"birthday"`
	Email              string    `bun:"email,nullzero" json:"email"`
	Address            string    `bun:"address,nullzero" json:"address"`
	Employer           string    `bun:"employer,nullzero" json:"employer"`
	RegistrationNumber string    `bun:"registration_number,nullzero" json:"registrationNumber"`
	Source             string    `bun:"source,nullzero" json:"source"`
	Level              string    `bun:"level,nullzero" json:"level"`
	Note               string    `bun:"note,nullzero" json:"note"`
}

// Sources are where customers come from; visits and intents use the same values.
var Sources = []record.Option{
	record.Of("walk_in", "自然到店", "Walk-in"), record.Of("call", "来电", "Call"), record.Of("online", "网络平台", "Online"),
	record.Of("maker", "厂家线索", "Maker's lead"), record.Of("referral", "转介绍", "Referral"), record.Of("activity", "车展活动", "Show or event"),
	record.Of("repeat", "老客户增换购", "Repeat purchase"), record.Of("other", "其他", "Other"),
}

func option[S ~string](v S, tone flow.Tone, zh, en string) record.Option {
	o := record.Of(string(v), zh, en)
	o.Tone = tone
	return o
}

// Kind is the declaration of customers.
var Kind = record.New("customer", "customers", "客户", "Customer", func(m *Customer, k *record.Kind[Customer]) {
	k.Choice(&m.Type, "类型", "Type", option(TypeIndividual, flow.Grey, "个人", "Individual"), option(TypeEnterprise, flow.Blue, "企业", "Enterprise")).Must().Begin(string(TypeIndividual))
	k.Choice(&m.Stage, "阶段", "Stage", option(StagePotential, flow.Grey, "潜在", "Potential"), option(StageFormal, flow.Blue, "正式", "Formal"),
		option(StageBase, flow.Green, "基盘", "Base"), option(StageVIP, flow.Amber, "VIP", "VIP")).Begin(string(StagePotential))
	k.Text(&m.Name, "名称", "Name").Must().Search().Sort().Max(100)
	k.Text(&m.Mobile, "手机", "Mobile").Secret(record.MaskMobile).Search().As("mobile").Max(30)
	k.Text(&m.IDNumber, "身份证号", "ID number").Secret(record.MaskID).Max(30)
	k.Choice(&m.Gender, "性别", "Gender", record.Of("male", "男", "Male"), record.Of("female", "女", "Female"))
	k.Date(&m.Birthday, "生日", "Birthday")
	k.Text(&m.Email, "邮箱", "Email").Max(100)
	k.Text(&m.Address, "地址", "Address").Secret(maskAddress).Max(200)
	k.Text(&m.Employer, "工作单位", "Employer").Max(100)
	k.Text(&m.RegistrationNumber, "统一社会信用代码", "Registration number").Max(30)
	k.Choice(&m.Source, "来源", "Source", Sources...)
	k.Choice(&m.Level, "级别", "Level", option("A", flow.Red, "A 级", "A"), option("B", flow.Amber, "B 级", "B"), option("C", flow.Grey, "C 级", "C"))
	k.Text(&m.Note, "备注", "Note").As("multiline").Max(2000)

	k.Numbered("KH")
	k.Through("customer_relations", "customer_id")
	k.Title("name", "number")
	k.List("-createdAt", "number", "name", "mobile", "type", "stage", "level", "source", "ownerId", "createdAt")
	k.Form("基本信息", "Basics", "type", "name", "mobile", "gender", "birthday", "idNumber")
	k.Form("单位", "Organisation", "employer", "registrationNumber")
	k.Form("联系方式", "Contact", "email", "address")
	k.Form("分类", "Grading", "stage", "level", "source", "note")
	k.View("mine", "我的客户", "My customers", `[["ownerId","=","@me"]]`, "-createdAt")
	k.View("potential", "潜在客户", "Potential customers", `[["stage","=","potential"]]`, "-createdAt")
	k.View("bought", "成交客户", "Customers who bought", `[["stage","in",["formal","base","vip"]]]`, "-createdAt")
	k.View("enterprise", "企业客户", "Enterprises", `[["type","=","enterprise"]]`, "name")
	record.PartOf(k, RelationKind, "relations", "customer_id", false)
	k.Related("visit", "customerId", "来电来店", "Visits")
	k.Related("intent", "customerId", "意向", "Intents")
	k.Related("contract", "customerId", "合同", "Contracts")
	k.Related("receipt", "customerId", "收款", "Receipts")
	k.Says("relate", "建立公司关系", "Related to a company")
	k.Says("make_formal", "转为正式客户", "Became a formal customer")
})

// Service is what can be done with customers.
type Service struct{ db *tenants.DB }

// New makes the service.
func New(db *tenants.DB) *Service { return &Service{db} }
