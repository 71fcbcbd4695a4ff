// Package intent keeps customers' wishes to buy (意向): their stage, the next follow-up, and whether they were won or lost.
package intent

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Intent is a customer's wish to buy. Its owner is the consultant.
type Intent struct {
	bun.BaseModel `bun:"table:intents"`
	record.Base
	CustomerID   uuid.UUID    `bun:"customer_id,type:uuid" json:"customerId"`
	ModelID      uuid.UUID    `bun:"model_id,type:uuid,nullzero" json:"modelId"`
	ModelText    string       `bun:"model_text,nullzero" json:"modelText"`
	Stage        Stage        `bun:"stage" json:"stage"`
	Budget       money.Amount `bun:"budget,nullzero" json:"budget"`
	Source       string       `bun:"source,nullzero" json:"source"`
	NextFollowUp clock.Day    `bun:"next_follow_up" json:"nextFollowUp"`
	LastContact  time.Time    `bun:"last_contact,nullzero" json:"lastContact"`
	Status       Status       `bun:"status" json:"status"`
	LostReason   Reason       `bun:"lost_reason,nullzero" json:"lostReason"`
	Competitor   string       `bun:"competitor,nullzero" json:"competitor"`
	Note         string       `bun:"note,nullzero" json:"note"`
}

// Stage is how soon the customer wants to buy; H is soonest.
type Stage string

// The stages.
const (
	StageH Stage = "H"
	StageA Stage = "A"
	StageB Stage = "B"
	StageC Stage = "C"
)

// Days is within how many days an intent of this stage is followed up where nobody decided otherwise.
func (s Stage) Days() int { return followUpDays[s].Shipped() }

// Reason is why an intent was lost.
type Reason string

// The reasons.
const (
	ReasonPrice      Reason = "price"
	ReasonCompetitor Reason = "competitor"
	ReasonDealer     Reason = "dealer"
	ReasonNoMoney    Reason = "no_money"
	ReasonOther      Reason = "other"
)

var reasons = []record.Option{
	record.Of(string(ReasonPrice), "价格", "Price"), record.Of(string(ReasonCompetitor), "选了竞品", "Chose a competitor"), record.Of(string(ReasonDealer), "选了其他店", "Chose another dealer"),
	record.Of(string(ReasonNoMoney), "资金不足", "No money"), record.Of(string(ReasonOther), "其他", "Other"),
}

func stage(s Stage, tone flow.Tone, zh, en string) record.Option {
	o := record.Of(string(s), zh, en)
	o.Tone = tone
	return o
}

var stages = []record.Option{
	stage(StageH, flow.Red, "H 级", "H"), stage(StageA, flow.Amber, "A 级", "A"),
	stage(StageB, flow.Blue, "B 级", "B"), stage(StageC, flow.Grey, "C 级", "C"),
}

// The values are those of customers.
var sources = []record.Option{
	record.Of("walk_in", "自然到店", "Walk-in"), record.Of("call", "来电", "Call"), record.Of("online", "网络平台", "Online"),
	record.Of("maker", "厂家线索", "Maker's lead"), record.Of("referral", "转介绍", "Referral"), record.Of("activity", "车展活动", "Show or event"),
	record.Of("repeat", "老客户增换购", "Repeat purchase"), record.Of("other", "其他", "Other"),
}

// Kind is the declaration of intents.
var Kind = record.New("intent", "intents", "意向", "Intent", func(m *Intent, k *record.Kind[Intent]) {
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Must()
	k.Ref(&m.ModelID, "vehicle_model", "意向车型", "Model")
	k.Text(&m.ModelText, "车型说明", "Model in words").Search().Max(200)
	k.Choice(&m.Stage, "级别", "Stage", stages...).Must()
	k.Money(&m.Budget, "预算", "Budget")
	k.Choice(&m.Source, "来源", "Source", sources...)
	k.Date(&m.NextFollowUp, "下次跟进", "Next follow-up").Must().Sort()
	k.Time(&m.LastContact, "最近联系", "Last contact").Fixed()
	k.Flow(&m.Status, "状态", "Status", Flow)
	k.Choice(&m.LostReason, "战败原因", "Reason of loss", reasons...).Fixed()
	k.Text(&m.Competitor, "竞品", "Competitor").Fixed().Max(100)
	k.Text(&m.Note, "备注", "Note").As("multiline").Max(2000)

	k.HandsOver(string(StatusOpen), string(StatusDormant))
	k.Numbered("YX")
	k.Title("number", "modelText")
	k.List("nextFollowUp", "number", "customerId", "modelId", "stage", "budget", "nextFollowUp", "lastContact", "status", "ownerId")
	k.Form("意向", "Intent", "customerId", "modelId", "modelText", "stage", "budget")
	k.Form("跟进", "Follow-up", "nextFollowUp", "source", "note")
	k.Steps(string(StatusOpen), string(StatusWon))
	k.EditIn(string(StatusOpen))
	k.Ask(string(ActionFollow), record.Input("result", record.Text, "跟进结果", "What came of it").As("multiline").Max(1000).Must(),
		record.Input("nextFollowUp", record.Date, "下次跟进", "Next follow-up").Must())
	k.Ask(string(ActionMove), record.Input("stage", record.Choice, "级别", "Stage").One(stages...).Must(),
		record.Input("nextFollowUp", record.Date, "下次跟进", "Next follow-up").Must(), record.Input("note", record.Text, "跟进说明", "Note").As("multiline").Max(1000))
	k.Ask(string(ActionLose), record.Input("reason", record.Choice, "战败原因", "Reason").One(reasons...).Must(),
		record.Input("competitor", record.Text, "竞品", "Competitor").Max(100))
	k.Ask(string(ActionWake), record.Input("nextFollowUp", record.Date, "下次跟进", "Next follow-up").Must())
	k.Approvable(string(ActionLose), "intent:approve").Changes("note")
	k.View("mine", "我的意向", "My intents", `[["ownerId","=","@me"],["status","=","open"]]`, "nextFollowUp")
	k.View("open", "跟进中", "Open intents", `[["status","=","open"]]`, "nextFollowUp")
	k.Queue("late", "逾期未跟进", "Overdue", `[["status","=","open"],["ownerId","=","@me"],["nextFollowUp","<","@today"]]`, "nextFollowUp", true, "intent:edit")
	k.View("lost", "战败", "Lost", `[["status","=","lost"]]`, "-createdAt")
	k.Queue("today", "今日跟进", "Follow up today", `[["status","=","open"],["ownerId","=","@me"],["nextFollowUp","=","@today"]]`, "nextFollowUp", false, "intent:edit")
	k.Figure("open")
	record.PartOf(k, FollowUpKind, "followUps", "intent_id", false)
	k.Related("contract", "intentId", "合同", "Contracts")
	k.Related("visit", "intentId", "来电来店", "Visits")
})

// Service is what can be done with intents.
type Service struct {
	db        *tenants.DB
	customers Customers
	models    Models
	approvals Approvals
}

// New makes the service.
func New(db *tenants.DB, customers Customers, models Models, approvals Approvals) *Service {
	return &Service{db, customers, models, approvals}
}

// change runs one use case on one intent and saves what it did. do may refuse with a fault.
func (s *Service) change(ctx context.Context, a tenants.Actor, p access.Permission, id uuid.UUID, version int, action string,
	do func(tx tenants.Tx, m *Intent) error,
) (*Intent, error) {
	var m *Intent
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = Kind.Lock(ctx, tx.Tx, tx, p, id, version); err != nil {
			return err
		}
		before := *m
		if err := do(tx, m); err != nil {
			return err
		}
		return Kind.Save(ctx, tx.Tx, &before, m, action)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}
