package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// The parts of the house that documents belong to.
var (
	sales     = fault.Text{Zh: "销售", En: "Sales"}
	finance   = fault.Text{Zh: "财务", En: "Finance"}
	goods     = fault.Text{Zh: "采购与商品", En: "Purchase and goods"}
	elsewhere = fault.Text{Zh: "其他", En: "Other"}
)

// shippedSubject is a subject that ships with flows.
type shippedSubject struct {
	kind, action string
	kindLabel    fault.Text
	label        fault.Text
	group        fault.Text
	flow         func(size groupSize) *engine.Flow
}

func (s shippedSubject) name() string { return s.kind + "." + s.action }

// shipped are the subjects that the product knows, in the order of the trade. A document that does not exist yet has its flow wait for it.
var shipped = []shippedSubject{
	{"contract", "submit", fault.Text{Zh: "销售合同", En: "Sales contract"}, fault.Text{Zh: "提交审批", En: "Submit"}, sales, contractFlow},
	{"intent", "lose", fault.Text{Zh: "意向", En: "Intent"}, fault.Text{Zh: "战败", En: "Lose"}, sales, lostFlow},
	{"discount", "apply", fault.Text{Zh: "优惠申请", En: "Discount request"}, fault.Text{Zh: "申请", En: "Apply"}, sales, twoSteps("sales_manager", 8)},
	{"vehicle_order", "submit", fault.Text{Zh: "定车合同", En: "Vehicle order"}, fault.Text{Zh: "提交审批", En: "Submit"}, sales, twoSteps("sales_manager", 24)},
	{"fleet_agreement", "submit", fault.Text{Zh: "大客户协议", En: "Fleet agreement"}, fault.Text{Zh: "提交审批", En: "Submit"}, sales, twoSteps("sales_manager", 48)},
	{"contract", "change", fault.Text{Zh: "销售合同", En: "Sales contract"}, fault.Text{Zh: "变更", En: "Change"}, sales, oneStep("sales_manager", 24)},
	{"contract", "cancel", fault.Text{Zh: "销售合同", En: "Sales contract"}, fault.Text{Zh: "取消合同", En: "Cancel"}, sales, oneStep("sales_manager", 24)},
	{"refund", "submit", fault.Text{Zh: "退款", En: "Refund"}, fault.Text{Zh: "申请", En: "Apply"}, finance, twoSteps("sales_manager", 24)},
	{"price", "change", fault.Text{Zh: "价格", En: "Price"}, fault.Text{Zh: "调价", En: "Change"}, goods, oneStep("group_leader", 48)},
	{"product_request", "submit", fault.Text{Zh: "商品申请", En: "Product request"}, fault.Text{Zh: "申请", En: "Apply"}, goods, oneStep("group_administrator", 48)},
	{"purchase_plan", "submit", fault.Text{Zh: "采购计划", En: "Purchase plan"}, fault.Text{Zh: "提交审批", En: "Submit"}, goods, twoSteps("sales_manager", 48)},
}

func groupOf(kind string) fault.Text {
	if i := slices.IndexFunc(shipped, func(s shippedSubject) bool { return s.kind == kind }); i >= 0 {
		return shipped[i].group
	}
	return elsewhere
}

func subjectOptions() []record.Option {
	out := make([]record.Option, 0, len(shipped))
	for _, s := range shipped {
		out = append(out, record.Of(s.name(), s.kindLabel.Zh+" · "+s.label.Zh, s.kindLabel.En+": "+s.label.En))
	}
	return out
}

// waiting are the subjects before any module joined.
func waiting() []*matter {
	out := make([]*matter, 0, len(shipped))
	for _, s := range shipped {
		out = append(out, &matter{kind: s.kind, action: s.action, label: s.label, kindLabel: s.kindLabel, group: s.group})
	}
	return out
}

// groupSize is the kind of group that a shipped flow is for.
type groupSize string

// A group of several companies has leaders above them; in one company the leader is one of its people. A used-car dealer buys from private
// people, so purchases go to the leader.
const (
	severalCompanies groupSize = "retail_group"
	singleShop       groupSize = "store_4s"
	usedCars         groupSize = "used_car_dealer"
)

// linear joins a start, nodes one after the other, and an end.
func linear(nodes ...engine.Node) *engine.Flow {
	f := &engine.Flow{Withdraw: engine.WithdrawBeforeFirst, Bulk: true}
	f.Nodes = append(f.Nodes, engine.Node{ID: "start", Kind: engine.NodeStart, Name: fault.Text{Zh: "提交", En: "Submitted"}})
	f.Nodes = append(f.Nodes, nodes...)
	f.Nodes = append(f.Nodes, engine.Node{ID: "end", Kind: engine.NodeEnd, Name: fault.Text{Zh: "结束", En: "End"}})
	for i := range f.Nodes {
		f.Nodes[i].X, f.Nodes[i].Y = 0, 120*i
		if i > 0 {
			f.Lines = append(f.Lines, engine.Line{ID: fmt.Sprintf("l%d", i), From: f.Nodes[i-1].ID, To: f.Nodes[i].ID})
		}
	}
	return f
}

func approvers(id, zh, en string, hours int, rules ...engine.Rule) engine.Node {
	return engine.Node{ID: id, Kind: engine.NodeApprove, Name: fault.Text{Zh: zh, En: en}, Approvers: rules, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfHead, Again: engine.AgainEach,
		Comment: engine.CommentOnReject, Resume: engine.ResumeReplay, Deadline: &engine.Deadline{Hours: hours, Then: engine.LateRemind, Every: 24}}
}

func atCompany(role string) engine.Rule { return engine.Rule{Rule: engine.RuleRoleCompany, Code: role} }

// leaders are found at the group; in a single company also among its own people.
func leaders(size groupSize) []engine.Rule {
	rules := []engine.Rule{{Rule: engine.RuleRoleGroup, Code: "group_leader"}}
	if size != severalCompanies {
		rules = append(rules, atCompany("group_leader"))
	}
	return rules
}

func contractFlow(size groupSize) *engine.Flow {
	f := linear(approvers("manager", "销售经理审批", "Sales manager", 24, atCompany("sales_manager")),
		engine.Node{ID: "beyond", Kind: engine.NodeBranch, Name: fault.Text{Zh: "折扣是否超限", En: "Is the discount beyond the limit"}},
		approvers("leader", "集团领导审批", "Group leader", 24, leaders(size)...))
	f.Lines = []engine.Line{{ID: "l1", From: "start", To: "manager"}, {ID: "l2", From: "manager", To: "beyond"},
		{ID: "l3", From: "beyond", To: "leader", Name: fault.Text{Zh: "超过经理折扣上限", En: "Beyond the manager's limit"},
			When: &engine.Condition{Any: [][]engine.Term{{{Fact: "discountBasisPoints", Op: ">", Than: "managerDiscount"}}}}},
		{ID: "l4", From: "beyond", To: "end", Name: fault.Text{Zh: "其他", En: "Otherwise"}, Else: true}, {ID: "l5", From: "leader", To: "end"}}
	return f
}

func lostFlow(groupSize) *engine.Flow {
	return linear(approvers("manager", "销售经理确认", "Sales manager", 48, atCompany("sales_manager")))
}

func oneStep(role string, hours int) func(groupSize) *engine.Flow {
	return func(size groupSize) *engine.Flow {
		rules := []engine.Rule{{Rule: engine.RuleRoleGroup, Code: role}}
		zh, en := "集团审批", "The group"
		switch role {
		case "group_leader":
			rules = leaders(size)
		case "sales_manager":
			rules, zh, en = []engine.Rule{atCompany(role)}, "销售经理审批", "Sales manager"
		}
		return linear(approvers("first", zh, en, hours, rules...))
	}
}

func twoSteps(role string, hours int) func(groupSize) *engine.Flow {
	return func(size groupSize) *engine.Flow {
		first := approvers("manager", "销售经理审批", "Sales manager", hours, atCompany(role))
		leader := approvers("leader", "领导审批", "Leader", hours, leaders(size)...)
		if size == usedCars && hours >= 48 {
			return linear(leader)
		}
		return linear(first, leader)
	}
}

// adopt gives a tenant the shipped flows that it has not had yet. A suspended one changes nothing.
func (s *Service) adopt(ctx context.Context, t tenants.Tenant) error {
	if s.adopted.Contains(t.ID) {
		return nil
	}
	err := s.db.Do(ctx, tenants.Worker(t, "approval.adopt"), func(tx tenants.Tx) error { return s.adoptIn(ctx, tx) })
	if errors.Is(err, tenants.ErrSuspended) {
		return nil
	}
	return err
}

// adoptIn is adopt within a transaction. Two at once take up each flow once.
func (s *Service) adoptIn(ctx context.Context, tx tenants.Tx) error {
	if s.adopted.Contains(tx.Tenant) {
		return nil
	}
	var have []string
	if err := tx.NewSelect().TableExpr("approval_adopted").ColumnExpr("code").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &have); err != nil {
		return fmt.Errorf("adopted approval flows: %w", err)
	}
	size, known := singleShop, false
	all := true
	for _, x := range shipped {
		if slices.Contains(have, x.name()) || s.matter(x.kind, x.action) == nil {
			continue
		}
		if !known {
			var err error
			if size, err = sizeOf(ctx, tx); err != nil {
				return err
			}
			known = true
		}
		all = false
		if err := s.take(ctx, tx, x, size); err != nil {
			return err
		}
	}
	if all { // known only when it was committed before
		s.adopted.Add(tx.Tenant, struct{}{})
	}
	return nil
}

func (s *Service) take(ctx context.Context, tx tenants.Tx, x shippedSubject, size groupSize) error {
	r, err := tx.ExecContext(ctx, "INSERT INTO approval_adopted (tenant_id, code, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tx.Tenant, x.name(), tx.Now)
	if err != nil {
		return fmt.Errorf("adopt %s: %w", x.name(), err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return err
	}
	flow, f := id.New(), x.flow(size)
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := tx.Later(ctx, `INSERT INTO approval_flows (tenant_id, id, version, kind, action, name_zh, name_en, position, published, shipped, created_at, updated_at)
		VALUES (?, ?, 1, ?, ?, ?, ?, 1000, 1, ?, ?, ?)`, tx.Tenant, flow, x.kind, x.action, x.kindLabel.Zh+x.label.Zh, x.kindLabel.En+": "+x.label.En, x.name(), tx.Now, tx.Now); err != nil {
		return err
	}
	if err := tx.Later(ctx, "INSERT INTO approval_flow_versions (tenant_id, flow_id, number, definition, note, published_at) VALUES (?, ?, 1, ?, '', ?)", tx.Tenant, flow, string(body), tx.Now); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, flowKind, flow, 1, "adopt", nil, map[string]any{"name": x.kindLabel.Zh + x.label.Zh})
}

// sizeOf tells the kind of a group from its tree: a template is not stored, and the tree may have grown since.
func sizeOf(ctx context.Context, tx tenants.Tx) (groupSize, error) {
	var companies int
	var appraises bool
	err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE kind = 'company'), count(*) FILTER (WHERE kind = 'department' AND (name LIKE '%收车%' OR name LIKE '%ppraisal%')) > 0
		FROM org_units WHERE tenant_id = ? AND status = 'open'`, tx.Tenant).Scan(&companies, &appraises)
	switch {
	case err != nil:
		return "", fmt.Errorf("kind of group: %w", err)
	case companies > 1:
		return severalCompanies, nil
	case appraises:
		return usedCars, nil
	}
	return singleShop, nil
}
