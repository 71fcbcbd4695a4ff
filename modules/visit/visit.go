// Package visit keeps who called or walked in (来电来店), which consultant took care of them, and what came of it.
package visit

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Visit is one call or walk-in. Its owner is the consultant, once there is one.
type Visit struct {
	bun.BaseModel `bun:"table:visits"`
	record.Base
	Mode       string    `bun:"mode" json:"mode"`
	At         time.Time `bun:"at" json:"at"`
	Name       string    `bun:"name" json:"name"`
	Mobile     string    `bun:"mobile,nullzero" json:"mobile"`
	PartySize  int       `bun:"party_size" json:"partySize"`
	ModelID    uuid.UUID `bun:"model_id,type:uuid,nullzero" json:"modelId"`
	Source     string    `bun:"source,nullzero" json:"source"`
	First      bool      `bun:"first" json:"first"`
	CustomerID uuid.UUID `bun:"customer_id,type:uuid,nullzero" json:"customerId"`
	IntentID   uuid.UUID `bun:"intent_id,type:uuid,nullzero" json:"intentId"`
	Status     Status    `bun:"status" json:"status"`
	Result     Result    `bun:"result,nullzero" json:"result"`
	Note       string    `bun:"note,nullzero" json:"note"`
}

// Result is what came of a visit.
type Result string

// The results.
const (
	ResultIntent    Result = "intent"
	ResultComplaint Result = "complaint"
	ResultRepair    Result = "repair"
	ResultAccessory Result = "accessory"
	ResultNothing   Result = "nothing"
)

var results = []record.Option{
	record.Of(string(ResultIntent), "意向", "Intent"), record.Of(string(ResultComplaint), "投诉", "Complaint"), record.Of(string(ResultRepair), "维修需求", "Repair request"),
	record.Of(string(ResultAccessory), "饰品销售", "Accessory sale"), record.Of(string(ResultNothing), "无结果", "Nothing"),
}

// The values are those of customers.
var sources = []record.Option{
	record.Of("walk_in", "自然到店", "Walk-in"), record.Of("call", "来电", "Call"), record.Of("online", "网络平台", "Online"),
	record.Of("maker", "厂家线索", "Maker's lead"), record.Of("referral", "转介绍", "Referral"), record.Of("activity", "车展活动", "Show or event"),
	record.Of("repeat", "老客户增换购", "Repeat purchase"), record.Of("other", "其他", "Other"),
}

// Kind is the declaration of visits.
var Kind = record.New("visit", "visits", "来电来店", "Visit", func(m *Visit, k *record.Kind[Visit]) {
	k.Choice(&m.Mode, "方式", "Mode", record.Of("walk_in", "来店", "Walk-in"), record.Of("call", "来电", "Call")).Must().Begin("walk_in")
	k.Time(&m.At, "时间", "Time").Must().Sort().Begin("@now")
	k.Text(&m.Name, "姓名", "Name").Must().Search().Max(100)
	k.Text(&m.Mobile, "手机", "Mobile").Secret(record.MaskMobile).Search().As("mobile").Max(30)
	k.Int(&m.PartySize, "人数", "People").Begin("1")
	k.Ref(&m.ModelID, "vehicle_model", "意向车型", "Model")
	k.Choice(&m.Source, "来源", "Source", sources...)
	k.Bool(&m.First, "首次", "First visit").Fixed()
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Fixed()
	k.Ref(&m.IntentID, "intent", "意向", "Intent").Fixed()
	k.Flow(&m.Status, "状态", "Status", Flow)
	k.Choice(&m.Result, "结果", "Result", results...).Fixed()
	k.Text(&m.Note, "备注", "Note").As("multiline").Max(2000)

	k.HandsOver(string(StatusLogged), string(StatusAssigned))
	k.Numbered("LD")
	k.Title("number", "name")
	k.List("-at", "number", "at", "mode", "name", "mobile", "partySize", "modelId", "first", "status", "result", "ownerId")
	k.Form("来访", "Visit", "mode", "at", "name", "mobile", "partySize")
	k.Form("需求", "Wish", "modelId", "source", "note")
	k.Steps(string(StatusLogged), string(StatusAssigned), string(StatusClosed))
	k.EditIn(string(StatusLogged), string(StatusAssigned))
	k.Ask(string(ActionAssign), record.Input("consultantId", record.Ref, "销售顾问", "Consultant").To("user").Must())
	k.Ask(string(ActionClose), record.Input("result", record.Choice, "结果", "Result").One(results...).Must(),
		record.Input("note", record.Text, "备注", "Note").As("multiline").Max(2000))
	k.Ask(string(ActionMakeIntent), record.Input("stage", record.Choice, "意向级别", "Stage").One(stages...).Must(),
		record.Input("modelId", record.Ref, "意向车型", "Model").To("vehicle_model"),
		record.Input("nextFollowUp", record.Date, "下次跟进", "Next follow-up").Must())
	k.View("mine", "我的接待", "My visits", `[["ownerId","=","@me"]]`, "-at")
	k.View("first", "首次来访", "First visits", `[["first","=",true]]`, "-at")
	k.Queue("unassigned", "待分派", "To assign", `[["status","=","logged"]]`, "at", false, "visit:assign")
	k.Queue("open", "待接待", "To take care of", `[["status","=","assigned"],["ownerId","=","@me"]]`, "at", false, "visit:close")
	k.View("today", "今日来访", "Visits today", `[["at",">=","@today"]]`, "-at")
	k.Figure("today")
})

// Service is what can be done with visits.
type Service struct {
	db        *tenants.DB
	people    People
	customers Customers
	intents   Intents
	models    Models
	notices   Notices
}

// New makes the service.
func New(db *tenants.DB, people People, customers Customers, intents Intents, models Models, notices Notices) *Service {
	return &Service{db, people, customers, intents, models, notices}
}
