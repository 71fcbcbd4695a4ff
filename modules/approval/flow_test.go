package approval_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval"
	"forecourt/modules/approval/engine"
)

func when(fact, op, value string) *engine.Condition {
	return &engine.Condition{Any: [][]engine.Term{{{Fact: fact, Op: op, Value: []byte(`"` + value + `"`)}}}}
}

// branching is a flow whose leader is asked under a condition.
func branching(c *engine.Condition) engine.Flow {
	f := beyond()
	f.Lines[2].When = c
	return f
}

func TestWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	made, err := e.s.CreateFlow(ctx, e.Admin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程")})
	if err != nil {
		t.Fatal(err)
	}
	unnamed := manager()
	unnamed.Approvers = nil
	version := made.Version
	for name, c := range map[string]struct {
		flow  engine.Flow
		place string
	}{
		"AFactThatIsGone":           {branching(when("gone", "=", "x")), "lines[l3]"},
		"AnExpressionThatNeverEnds": {branching(&engine.Condition{CEL: strings.Repeat("[1,2,3,4,5,6,7,8,9].all(a, ", 30) + "true" + strings.Repeat(")", 30)}), "lines[l3]"},
		"NoApprover":                {line(unnamed), "nodes[manager]"},
		"WithoutAnEnd":              {engine.Flow{Withdraw: engine.WithdrawAlways, Nodes: []engine.Node{{ID: "start", Kind: engine.NodeStart}, manager()}, Lines: []engine.Line{{ID: "l", From: "start", To: "manager"}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, problems := e.call(e.Admin, http.MethodPost, "/approval-flows/check", "", map[string]any{"kind": "paper", "action": "submit", "definition": c.flow})
			if list, _ := problems["problems"].([]any); status != http.StatusOK || len(list) == 0 {
				t.Errorf("check: %d %v", status, problems)
			}
			draft, err := e.s.SaveDraft(ctx, e.Admin, made.ID, version, &c.flow)
			if err != nil {
				t.Fatal(err)
			}
			version = draft.Version
			_, err = e.s.Publish(ctx, e.Admin, made.ID, version, "")
			refused(t, err, approval.ErrProblems)
			var f *fault.Fault
			if errors.As(err, &f) && !slices.ContainsFunc(append([]*fault.Fault{f}, f.More...), func(x *fault.Fault) bool { return strings.HasPrefix(x.Field, c.place) }) {
				t.Errorf("none is at %s: %v %v", c.place, f, f.More)
			}
		})
	}
	t.Run("WhenOverAFactThatIsGone", func(t *testing.T) {
		refused(t, second(e.s.CreateFlow(ctx, e.Admin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程"), When: when("gone", "=", "x")})), approval.ErrProblems)
	})
	t.Run("OtherInput", func(t *testing.T) {
		refused(t, second(e.s.CreateFlow(ctx, e.Admin, approval.FlowInput{Kind: "nothing", Action: "submit", Name: zh("流程")})), approval.ErrSubject)
		refused(t, second(e.s.CreateFlow(ctx, e.Admin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh(" ")})), record.ErrNeeded)
		refused(t, second(e.s.CreateFlow(ctx, e.Admin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程"), UnitID: uuid.NewString()})), approval.ErrUnit)
		refused(t, second(e.s.CreateFlow(ctx, e.CompanyAdmin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程")})), approval.ErrUnitBeyond)
		refused(t, second(e.s.CreateFlow(ctx, e.CompanyAdmin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程"), UnitID: e.OtherCompany.String()})), approval.ErrUnitBeyond)
		refused(t, second(e.s.CreateFlow(ctx, e.Sales, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程")})), approval.ErrUnitBeyond)
		refused(t, second(e.s.Publish(ctx, e.CompanyAdmin, made.ID, version, "")), approval.ErrUnitBeyond)
		refused(t, second(e.s.Publish(ctx, e.OtherTenant(t).Admin, made.ID, version, "")), rest.ErrMissing)
		refused(t, second(e.s.Restore(ctx, e.Admin, made.ID, version, 7)), approval.ErrNoVersion)
		if err := e.s.DeleteFlow(ctx, e.Admin, made.ID, version-1); err == nil {
			t.Error("deleted in another version")
		}
		if err := e.s.DeleteFlow(ctx, e.Admin, made.ID, version); err != nil {
			t.Error(err)
		}
	})
}

func TestAFactRemovedUnderARunningFlow(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	flow := e.publish(t, beyond())
	// The condition names a fact that a later release does not declare any more.
	e.exec(t, `UPDATE approval_flow_versions SET definition = replace(definition::text, '"rate"', '"taken_away"')::jsonb WHERE flow_id = $1`, flow)
	fresh := approval.New(e.DB, e.Policies, e.notices)
	fresh.Join(approval.Subject{Spec: paperKind.Spec, Action: "submit", Decided: e.decided})
	e.s = fresh
	paper, run := e.ask(t, e.Sales, 1, 900)
	e.approve(t, run, e.Manager)
	if s := e.status(t, "papers", paper); s != "agreed" {
		t.Errorf("the paper is %s; a condition that cannot be answered does not hold", s)
	}
}

func TestWhichFlowCounts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	everywhere := e.publish(t, line(manager()))
	unit := e.Company.String()
	made, err := e.s.CreateFlow(ctx, e.CompanyAdmin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("公司的"), UnitID: unit, When: when("total", ">=", "1000.00")})
	if err != nil {
		t.Fatal(err)
	}
	f := line(leader())
	draft, err := e.s.SaveDraft(ctx, e.CompanyAdmin, made.ID, 1, &f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.s.Publish(ctx, e.CompanyAdmin, made.ID, draft.Version, "更严"); err != nil {
		t.Fatal(err)
	}
	used := func(run uuid.UUID) (flow uuid.UUID) {
		t.Helper()
		if err := e.owner.QueryRow(ctx, "SELECT flow_id FROM approvals WHERE id = $1", run).Scan(&flow); err != nil {
			t.Fatal(err)
		}
		return flow
	}
	_, small := e.ask(t, e.Sales, 99_900, 1)
	_, large := e.ask(t, e.Sales, 100_000, 1)
	if used(small) != everywhere || used(large) != made.ID {
		t.Errorf("the small one goes by %s, the large one by %s", used(small), used(large))
	}
	told, err := e.s.Rehearse(ctx, e.Admin, approval.RehearseInput{Kind: "paper", Action: "submit", Facts: map[string]string{"total": "2000.00"}, SubmitterID: e.Sales.User.String()})
	if err != nil || told.Flow == nil || *told.Flow.ID != made.ID || told.Outcome != "approved" || len(told.Candidates) != 2 {
		t.Fatalf("%+v %v", told, err)
	}
	i := slices.IndexFunc(told.Stations, func(s approval.RehearsedStation) bool { return s.Node == "leader" })
	if i < 0 || len(told.Stations[i].Approvers) != 1 || told.Stations[i].Approvers[0].UserID != e.Leader.User || told.Stations[i].Approvers[0].Why.Zh == "" {
		t.Errorf("%+v", told.Stations)
	}
	t.Run("ConditionIsTakenAway", func(t *testing.T) {
		status, answer := e.call(e.Admin, http.MethodPatch, "/approval-flows/"+made.ID.String(), "3", map[string]any{"when": nil, "enabled": true})
		if status != http.StatusOK {
			t.Fatalf("%d %v", status, answer)
		}
		_, run := e.ask(t, e.Sales, 1, 1)
		if used(run) != made.ID {
			t.Error("the condition still counts")
		}
		list, err := e.s.Flows(ctx, e.CompanyAdmin, "paper", "submit")
		if err != nil || len(list) != 2 || list[0].Editable || !list[1].Editable {
			t.Errorf("%+v %v; a company changes its own flows", list, err)
		}
	})
	t.Run("WhatWasUsedIsNotDeleted", func(t *testing.T) {
		if err := e.s.DeleteFlow(ctx, e.Admin, made.ID, 4); !errors.Is(err, approval.ErrUsed) {
			t.Error(err)
		}
	})
	t.Run("NoneFits", func(t *testing.T) {
		e.exec(t, "UPDATE approval_flows SET condition = '{\"any\":[[{\"fact\":\"total\",\"op\":\">\",\"value\":\"900000.00\"}]]}' WHERE kind = 'paper'")
		_, run := e.ask(t, e.Sales, 1, 1)
		if n := e.one(t, "SELECT count(*) FROM approvals WHERE id = $1 AND flow_id IS NULL", run); n != 1 || e.notices.count(e.CompanyAdmin.User) == 0 {
			t.Error("no administrator decides")
		}
		refused(t, e.s.SetDefault(ctx, e.CompanyAdmin, "paper", "submit", "refuse"), approval.ErrUnitBeyond)
		refused(t, e.s.SetDefault(ctx, e.Admin, "paper", "nothing", "refuse"), approval.ErrSubject)
		if err := e.s.SetDefault(ctx, e.Admin, "paper", "submit", "refuse"); err != nil {
			t.Fatal(err)
		}
		refused(t, second(e.submit(ctx, e.Sales, e.write(t, e.Sales, 1, 1), nil)), approval.ErrNoFlow)
		if err := e.s.SetDefault(ctx, e.Admin, "paper", "submit", "pass"); err != nil {
			t.Fatal(err)
		}
		if agreed, err := e.submit(ctx, e.Sales, e.write(t, e.Sales, 1, 1), nil); err != nil || !agreed {
			t.Errorf("%t %v", agreed, err)
		}
	})
}

func TestShippedFlows(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	subjects, err := e.s.Subjects(t.Context(), e.Admin)
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.s.Flows(t.Context(), e.Admin, "", "")
	if err != nil || len(again) < 11 {
		t.Fatalf("%d flows: %v", len(again), err)
	}
	for _, s := range subjects {
		if s.Kind == "paper" {
			if !s.Ready || s.Permission != "paper:approve" || !slices.Equal(s.Editable, []string{"title"}) || !slices.ContainsFunc(s.Facts, func(f engine.Fact) bool { return f.Name == "limit" && f.Type == engine.FactBasisPoints }) {
				t.Errorf("%+v", s)
			}
			continue
		}
		if s.Ready || s.Flows != 1 || s.Label.En == "" || s.Group.Zh == "" {
			t.Errorf("%+v; a document that does not exist waits with its flow", s)
		}
	}
	for _, f := range again {
		page, err := e.s.Flow(t.Context(), e.Admin, f.ID)
		if err != nil || page.Definition == nil || len(page.Versions) != 1 || !f.Shipped {
			t.Fatalf("%+v %v", page, err)
		}
		if f.Kind == "contract" && f.Action == "submit" {
			continue // its condition is over facts of the contract
		}
		problems, err := e.s.Check(t.Context(), e.Admin, f.Kind, f.Action, page.Definition)
		if err != nil || slices.ContainsFunc(problems, func(p engine.Problem) bool { return p.Severity == engine.SeverityError }) {
			t.Errorf("%s %s: %+v %v", f.Kind, f.Action, problems, err)
		}
	}
	lost := again[slices.IndexFunc(again, func(f approval.FlowInfo) bool { return f.Kind == "intent" })]
	if err := e.s.DeleteFlow(t.Context(), e.Admin, lost.ID, 1); err != nil {
		t.Fatal(err)
	}
	fresh := approval.New(e.DB, e.Policies, e.notices)
	if list, err := fresh.Flows(t.Context(), e.Admin, "intent", "lose"); err != nil || len(list) != 0 {
		t.Errorf("a shipped flow that was deleted came back: %+v %v", list, err)
	}
}

func TestPageAndFigures(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.publish(t, beyond())
	ctx := t.Context()
	paper, run := e.ask(t, e.Sales, 10_000, 400)
	e.exec(t, "UPDATE papers SET total = 12345 WHERE id = $1", paper)

	t.Run("ShowsWhatChangedAndHidesWhatRulesHide", func(t *testing.T) {
		page, err := e.s.Page(ctx, e.Manager, e.Manager.View("zh"), run)
		if err != nil {
			t.Fatal(err)
		}
		field := func(name string) *record.ShownField {
			i := slices.IndexFunc(page.Document.Fields, func(f record.ShownField) bool { return f.Name == name })
			if i < 0 {
				return nil
			}
			return &page.Document.Fields[i]
		}
		total := field("total")
		if total == nil || !total.Changed || string(total.Value) != `"123.45"` || string(total.Submitted) != `"100.00"` || total.Text != "¥123.45" {
			t.Errorf("%+v", total)
		}
		if field("secret") != nil || strings.Contains(page.Approval.Title, "5.00") {
			t.Error("the margin shows to somebody whose rules hide it")
		}
		if f := field("rate"); f == nil || f.Changed || f.Text != "4%" {
			t.Errorf("%+v", f)
		}
		if page.Task == nil || !slices.Contains(page.Task.May, "approve") || len(page.Task.Returns) == 0 || page.May.Withdraw || page.May.Reassign {
			t.Errorf("%+v %+v", page.Task, page.May)
		}
		if len(page.Coming) != 1 || page.Coming[0].Node != "leader" || !slices.Equal(page.Coming[0].Approvers, []string{"陈强"}) {
			t.Errorf("%+v", page.Coming)
		}
		own, err := e.s.Page(ctx, e.Sales, e.Sales.View("zh"), run)
		if err != nil || own.Task != nil || !own.May.Withdraw || !own.May.Urge {
			t.Errorf("%+v %v", own, err)
		}
	})
	t.Run("OfTheDocument", func(t *testing.T) {
		list, err := e.s.Of(ctx, e.Sales, "paper", paper)
		if err != nil || len(list) != 1 || list[0].CurrentStep.Zh != "经理" || list[0].SubmitterName != "王敏" {
			t.Errorf("%+v %v", list, err)
		}
		refused(t, second(e.s.Of(ctx, e.Sales2, "paper", paper)), rest.ErrMissing)
		refused(t, second(e.s.Of(ctx, e.Sales, "nothing", paper)), rest.ErrMissing)
	})
	t.Run("Figures", func(t *testing.T) {
		task, version := e.task(t, run, e.Manager, "open")
		e.exec(t, "UPDATE approvals SET submitted_at = submitted_at - interval '2 hours'")
		if _, err := e.s.Reject(ctx, e.Manager, task, version, approval.RejectInput{To: "submitter", Comment: "金额不对"}); err != nil {
			t.Fatal(err)
		}
		_, other := e.ask(t, e.Sales, 1, 1)
		e.approve(t, other, e.Manager)
		got, err := e.s.Figures(ctx, e.Leader, approval.FiguresInput{Kind: "paper"})
		if err != nil || got.Runs != 2 || got.Approved != 1 || got.Returned != 1 || len(got.Steps) != 1 || got.Steps[0].Count != 2 || got.Steps[0].Returned != 1 || len(got.Returns) != 1 || got.Returns[0].ReasonTop != "金额不对" || got.Returns[0].Share != 0.5 {
			t.Errorf("%+v %v", got, err)
		}
		if i := slices.IndexFunc(got.People, func(p approval.PersonFigure) bool { return p.UserID == e.Manager.User }); i < 0 || got.People[i].Decided != 2 {
			t.Errorf("%+v", got.People)
		}
		if got, err := e.s.Figures(ctx, e.Cashier, approval.FiguresInput{}); err != nil || got.Runs != 0 {
			t.Errorf("who took no part counts %+v %v", got, err)
		}
		if got, err := e.s.Figures(ctx, later(e.Leader, 48*time.Hour), approval.FiguresInput{From: "2020-01-01", To: "2020-01-31"}); err != nil || got.Runs != 0 {
			t.Errorf("another year counts %+v %v", got, err)
		}
	})
	t.Run("AnApproverOfAnotherCompanyGetsNoTask", func(t *testing.T) {
		stranger := e.Hire(t, "elsewhere", "外人", e.OtherCompany, "销售经理", "sales_manager")
		told, err := e.s.Rehearse(ctx, e.Admin, approval.RehearseInput{Kind: "paper", Action: "submit", RecordID: paper.String(), Definition: func() *engine.Flow {
			n := manager()
			n.Approvers = []engine.Rule{{Rule: engine.RuleUsers, Users: []uuid.UUID{stranger}}}
			f := line(n)
			return &f
		}()})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(told.Stations, func(s approval.RehearsedStation) bool { return s.Node == "manager" })
		if i < 0 || len(told.Stations[i].Approvers) == 0 || told.Stations[i].Approvers[0].Dropped == nil {
			t.Errorf("%+v", told.Stations)
		}
	})
}
