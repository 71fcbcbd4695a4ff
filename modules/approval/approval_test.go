package approval_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

func TestStory(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.publish(t, beyond())

	t.Run("WithinTheLimitTheManagerIsEnough", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 200)
		if n := e.notices.count(e.Manager.User); n != 1 {
			t.Errorf("the manager was told %d times", n)
		}
		e.approve(t, run, e.Manager)
		if s := e.status(t, "papers", paper); s != "agreed" {
			t.Errorf("the paper is %s", s)
		}
		if s := e.status(t, "approvals", run); s != "approved" {
			t.Errorf("the approval is %s", s)
		}
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE approval_id = $1 AND status = 'cancelled'", run); n != 1 {
			t.Errorf("%d tasks were cancelled, want the other manager's", n)
		}
		if n := e.one(t, "SELECT count(*) FROM history WHERE record_id = $1 AND action IN ('submit', 'approve')", run); n != 2 {
			t.Errorf("%d lines of history", n)
		}
		if n := e.one(t, "SELECT count(*) FROM history WHERE record_id = $1 AND action IN ('approval_ask', 'approval_agree', 'decide')", paper); n != 3 {
			t.Errorf("%d lines of the paper's history", n)
		}
	})
	t.Run("BeyondItTheLeaderToo", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 301)
		e.approve(t, run, e.manager2)
		if s := e.status(t, "papers", paper); s != "pending" {
			t.Errorf("the paper is %s", s)
		}
		e.approve(t, run, e.Leader)
		if s := e.status(t, "papers", paper); s != "agreed" {
			t.Errorf("the paper is %s", s)
		}
	})
	t.Run("ReturnedAndSubmittedAgain", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 100)
		task, version := e.task(t, run, e.Manager, "open")
		done, err := e.s.Reject(t.Context(), e.Manager, task, version, approval.RejectInput{To: "submitter", Comment: "金额不对"})
		if err != nil || done.ApprovalStatus != "returned" {
			t.Fatalf("%+v %v", done, err)
		}
		if s := e.status(t, "papers", paper); s != "draft" {
			t.Errorf("the paper is %s", s)
		}
		e.exec(t, "UPDATE papers SET total = 7777 WHERE id = $1", paper)
		if agreed, err := e.submit(t.Context(), e.Sales, paper, nil); err != nil || agreed {
			t.Fatalf("%t %v", agreed, err)
		}
		if _, err := e.submit(t.Context(), e.Sales, paper, nil); err == nil {
			t.Error("submitted twice")
		} else {
			refused(t, err, approval.ErrUnderWay)
		}
		e.approve(t, run, e.Manager)
		if n := e.one(t, "SELECT amount FROM approvals WHERE id = $1", run); n != 7777 || e.status(t, "papers", paper) != "agreed" {
			t.Errorf("the approval is about %d", n)
		}
	})
	t.Run("RefusedInTheEnd", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 100)
		task, version := e.task(t, run, e.Manager, "open")
		if _, err := e.s.Reject(t.Context(), e.Manager, task, version, approval.RejectInput{To: "end", Comment: "不行"}); err != nil {
			t.Fatal(err)
		}
		if e.status(t, "approvals", run) != "rejected" || e.status(t, "papers", paper) != "draft" {
			t.Error("it goes on")
		}
		if last := e.outcomes[len(e.outcomes)-1]; last.Outcome != record.OutcomeRefused || last.Reason == "" {
			t.Errorf("the paper heard %+v", last)
		}
	})
	t.Run("Withdrawn", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 100)
		refused(t, second(e.s.Withdraw(t.Context(), e.Manager, run, 1, approval.WithdrawInput{})), engine.ErrNotSubmitter)
		if _, err := e.s.Withdraw(t.Context(), e.Sales, run, 1, approval.WithdrawInput{Reason: "写错了"}); err != nil {
			t.Fatal(err)
		}
		if e.status(t, "approvals", run) != "withdrawn" || e.status(t, "papers", paper) != "draft" {
			t.Error("it goes on")
		}
	})
	t.Run("Dropped", func(t *testing.T) {
		paper, run := e.ask(t, e.Sales, 10_000, 100)
		heard := len(e.outcomes)
		err := e.DB.Do(t.Context(), e.Sales, func(tx tenants.Tx) error {
			return e.s.Drop(t.Context(), tx, paperKind.Spec, "submit", paper, "单据已取消")
		})
		if err != nil || e.status(t, "approvals", run) != "withdrawn" || len(e.outcomes) != heard {
			t.Errorf("%v; the paper must not hear of it", err)
		}
	})
	t.Run("NobodyHasToAgreeWithoutAFlow", func(t *testing.T) {
		other := e.OtherTenant(t)
		e.allow(t, other.Tenant.ID)
		sales := other.SignIn(t, "sales")
		paper := e.write(t, sales, 1, 1)
		if agreed, err := e.submit(t.Context(), sales, paper, nil); err != nil || !agreed {
			t.Errorf("%t %v", agreed, err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestActsOfApprovers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first := manager()
	first.Edit, first.Returns = []string{"title"}, []string{"end", "submitter"}
	copied := engine.Node{ID: "copy", Kind: engine.NodeCopy, Name: zh("抄送"), Approvers: []engine.Rule{{Rule: engine.RuleUsers, Users: []uuid.UUID{e.Cashier.User}}}}
	e.publish(t, line(first, copied, leader()))

	t.Run("HandOverAskAnswerAddTakeBack", func(t *testing.T) {
		ctx := t.Context()
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		refused(t, second(e.s.HandOver(ctx, e.Manager, task, version, approval.HandOverInput{UserID: e.Cashier.User.String()})), engine.ErrCannot)
		if _, err := e.s.HandOver(ctx, e.Manager, task, version, approval.HandOverInput{UserID: e.Leader.User.String(), Ask: true, Comment: "可以吗"}); err != nil {
			t.Fatal(err)
		}
		asked, v := e.task(t, run, e.Leader, "open")
		refused(t, second(e.s.Approve(ctx, e.Leader, asked, v, approval.ApproveInput{})), engine.ErrOnlyAnswer)
		if _, err := e.s.Answer(ctx, e.Leader, asked, v, approval.AnswerInput{Comment: "可以"}); err != nil {
			t.Fatal(err)
		}
		task, version = e.task(t, run, e.Manager, "open")
		if _, err := e.s.Approve(ctx, e.Manager, task, version, approval.ApproveInput{Changes: map[string]json.RawMessage{"title": json.RawMessage(`"改过的标题"`)}}); err != nil {
			t.Fatal(err)
		}
		if n := e.one(t, "SELECT count(*) FROM papers p JOIN approvals a ON a.record_id = p.id WHERE a.id = $1 AND p.title = '改过的标题'", run); n != 1 {
			t.Error("the title was not changed")
		}
		task, version = e.task(t, run, e.Manager, "approved")
		if _, err := e.s.TakeBack(ctx, e.Manager, task, version, approval.NoteInput{}); err != nil {
			t.Fatal(err)
		}
		e.approve(t, run, e.Manager)
		e.approve(t, run, e.Leader)
		if s := e.status(t, "approvals", run); s != "approved" {
			t.Errorf("it is %s", s)
		}
	})
	t.Run("NestedAddingIsRefused", func(t *testing.T) {
		ctx := t.Context()
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		if _, err := e.s.Add(ctx, e.Manager, task, version, approval.AddInput{UserIDs: []string{e.Leader.User.String()}, Where: "before"}); err != nil {
			t.Fatal(err)
		}
		added, v := e.task(t, run, e.Leader, "open")
		refused(t, second(e.s.Add(ctx, e.Leader, added, v, approval.AddInput{UserIDs: []string{e.manager2.User.String()}, Where: "after"})), engine.ErrNested)
	})
	t.Run("ReturnToARunningStepIsRefused", func(t *testing.T) {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		for _, to := range []string{"manager", "leader", "nowhere"} {
			refused(t, second(e.s.Reject(t.Context(), e.Manager, task, version, approval.RejectInput{To: to, Comment: "回"})), engine.ErrTarget)
		}
		if s := e.status(t, "approval_tasks", task); s != "open" {
			t.Errorf("the task is %s", s)
		}
	})
	t.Run("OnlyFieldsOfTheStepAreChanged", func(t *testing.T) {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		refused(t, second(e.s.Approve(t.Context(), e.Manager, task, version, approval.ApproveInput{Changes: map[string]json.RawMessage{"total": json.RawMessage(`"1.00"`)}})), approval.ErrNotEdited)
		refused(t, second(e.s.Approve(t.Context(), e.Manager, task, version, approval.ApproveInput{Changes: map[string]json.RawMessage{"title": json.RawMessage(`""`)}})), errTitle)
		refused(t, second(e.s.Approve(t.Context(), e.Manager, task, version, approval.ApproveInput{Signature: uuid.NewString()})), approval.ErrSignature)
		refused(t, second(e.s.Approve(t.Context(), e.Manager, task, version+1, approval.ApproveInput{})), record.ErrStale)
	})
	t.Run("CopyIsReadOnce", func(t *testing.T) {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		e.approve(t, run, e.Manager)
		task, version := e.task(t, run, e.Cashier, "copied")
		if _, err := e.s.ReadCopy(t.Context(), e.Cashier, task, version); err != nil {
			t.Fatal(err)
		}
		refused(t, second(e.s.ReadCopy(t.Context(), e.Cashier, task, version)), record.ErrStale)
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE id = $1 AND read_at IS NOT NULL AND version = 2", task); n != 1 {
			t.Error("it was not read once")
		}
	})
	t.Run("NobodyElse", func(t *testing.T) {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		refused(t, second(e.s.Approve(t.Context(), e.Sales2, task, version, approval.ApproveInput{})), rest.ErrMissing)
		refused(t, second(e.s.Approve(t.Context(), e.Leader, task, version, approval.ApproveInput{})), engine.ErrNotYours)
		stranger := e.OtherTenant(t).SignIn(t, "manager")
		refused(t, second(e.s.Approve(t.Context(), stranger, task, version, approval.ApproveInput{})), rest.ErrMissing)
		refused(t, second(e.s.Withdraw(t.Context(), stranger, run, 1, approval.WithdrawInput{})), rest.ErrMissing)
		if _, err := e.s.Page(t.Context(), stranger, stranger.View("zh"), run); err == nil {
			t.Error("a stranger reads the page")
		}
	})
	t.Run("OnesOwnGoesPastOneself", func(t *testing.T) {
		_, run := e.ask(t, e.Manager, 10_000, 1)
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE approval_id = $1 AND owner_id = $2", run, e.Manager.User); n != 0 {
			t.Error("the submitter has a task")
		}
		e.approve(t, run, e.manager2)
	})
	t.Run("UrgeCommentReassign", func(t *testing.T) {
		ctx := t.Context()
		_, run := e.ask(t, e.Sales, 10_000, 1)
		told := e.notices.count(e.Manager.User)
		if _, err := e.s.Urge(ctx, e.Sales, run, 1, approval.NoteInput{Comment: "客户在等"}); err != nil {
			t.Fatal(err)
		}
		if e.notices.count(e.Manager.User) != told+1 {
			t.Error("the manager was not urged")
		}
		refused(t, second(e.s.Urge(ctx, e.Sales, run, 2, approval.NoteInput{})), approval.ErrUrged)
		refused(t, second(e.s.Urge(ctx, e.Manager, run, 2, approval.NoteInput{})), approval.ErrNotUrged)
		if _, err := e.s.Comment(ctx, e.Sales, run, 2, approval.CommentInput{Text: "请看附件", Mentions: []string{e.Care.User.String()}}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Page(ctx, e.Care, e.Care.View("zh"), run); err != nil {
			t.Errorf("who is mentioned reads it: %v", err)
		}
		refused(t, second(e.s.Comment(ctx, e.Sales, run, 3, approval.CommentInput{Text: "x", Mentions: []string{uuid.NewString()}})), approval.ErrMention)
		refused(t, second(e.s.Comment(ctx, e.Sales, run, 3, approval.CommentInput{Text: "x", Files: []string{uuid.NewString()}})), approval.ErrFile)
		refused(t, second(e.s.Comment(ctx, e.Sales, run, 3, approval.CommentInput{Text: "  "})), approval.ErrNoText)
		task, _ := e.task(t, run, e.Manager, "open")
		refused(t, second(e.s.Reassign(ctx, e.Manager, run, 3, approval.ReassignInput{TaskID: task.String(), UserID: e.Leader.User.String()})), rest.ErrDenied)
		if _, err := e.s.Reassign(ctx, e.CompanyAdmin, run, 3, approval.ReassignInput{TaskID: task.String(), UserID: e.Leader.User.String()}); err != nil {
			t.Fatal(err)
		}
		e.task(t, run, e.Leader, "open")
	})
	t.Run("People", func(t *testing.T) {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, _ := e.task(t, run, e.Manager, "open")
		list, err := e.s.People(t.Context(), e.Manager, task, "")
		if err != nil || len(list) != 1 || list[0].UserID != e.Leader.User {
			t.Errorf("%+v %v; want the leader alone: the other manager has a task", list, err)
		}
	})
}

func TestDeputy(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	only := manager()
	only.Approvers = []engine.Rule{{Rule: engine.RuleUsers, Users: []uuid.UUID{e.Manager.User}}}
	e.publish(t, line(only))
	away := func(user, deputy tenants.Actor) {
		t.Helper()
		today := user.Tenant.Now().In(user.Tenant.Zone).Format("2006-01-02")
		e.exec(t, "DELETE FROM absences")
		e.exec(t, "INSERT INTO absences (tenant_id, id, user_id, deputy_id, from_day, to_day, created_at) VALUES ($1, $2, $3, $4, $5, $5, now())", e.Tenant.ID, uuid.New(), user.User, deputy.User, today)
	}
	_, run := e.ask(t, e.Sales, 1, 1)
	task, version := e.task(t, run, e.Manager, "open")
	away(e.Manager, e.Cashier)
	refused(t, second(e.s.Approve(t.Context(), e.Cashier, task, version, approval.ApproveInput{})), engine.ErrMayNot)
	away(e.Manager, e.manager2)
	list, err := e.s.StandingIn(t.Context(), e.manager2, e.manager2.View("zh"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%s %v", list, err)
	}
	page, err := e.s.Page(t.Context(), e.manager2, e.manager2.View("zh"), run)
	if err != nil || page.Task == nil || page.Task.ForName != "李伟" || !slices.Contains(page.Task.May, "approve") {
		t.Fatalf("%+v %v", page, err)
	}
	if _, err := e.s.Approve(t.Context(), e.manager2, task, version, approval.ApproveInput{}); err != nil {
		t.Fatal(err)
	}
	if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE id = $1 AND owner_id = $2 AND by_id = $3", task, e.Manager.User, e.manager2.User); n != 1 {
		t.Error("it is not kept who decided in whose place")
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.publish(t, line(manager()))
	in := approval.BatchInput{Decision: "approve"}
	for range 3 {
		_, run := e.ask(t, e.Sales, 10_000, 1)
		task, version := e.task(t, run, e.Manager, "open")
		in.Items = append(in.Items, approval.BatchItem{ID: task.String(), Version: version})
	}
	in.Items[1].Version = 9
	in.Items = append(in.Items, approval.BatchItem{ID: uuid.NewString(), Version: 1})
	got, err := e.s.Batch(t.Context(), e.Manager, in)
	if err != nil || len(got) != 4 {
		t.Fatalf("%+v %v", got, err)
	}
	if !got[0].OK || got[1].OK || !got[2].OK || got[3].OK || got[1].Error.Code != "record.stale" || got[3].Error.Code != "rest.missing" {
		t.Errorf("%+v", got)
	}
	many := make([]approval.BatchItem, 10_000)
	for i := range many {
		many[i] = in.Items[0]
	}
	status, answer := e.call(e.Manager, http.MethodPost, "/approval-tasks/batch", "", approval.BatchInput{Decision: "approve", Items: many})
	if status < 400 || status > 499 {
		t.Errorf("10,000 in one batch: %d %v", status, answer)
	}
	status, answer = e.call(e.Manager, http.MethodPost, "/approval-tasks/batch", "", approval.BatchInput{Decision: "approve", Items: many[:101]})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("101 in one batch: %d %v", status, answer)
	}
}
