package engine

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

const (
	maxHours = 2160 // a quarter
	maxEvery = 720
	maxRules = 20
)

// node checks what one node says.
func (k *check) node(n *Node) {
	if n.Kind == NodeBranch {
		k.branch(n)
	} else {
		for _, l := range k.layout.out[n.ID] {
			if l.When != nil || l.Else {
				k.wrong(over(l, "when"), "condition_outside_branch", "只有分支后面的连线才能有条件", "Only the lines behind a branch have conditions")
			}
		}
	}
	switch n.Kind {
	case NodeCopy:
		if len(n.Approvers) == 0 {
			k.wrong(on(n, "approvers"), "no_approvers", "抄送“%s”还没有选人", "“%s” goes to nobody yet", n.called())
		}
		k.rules(n)
	case NodeApprove:
		k.approval(n)
	}
}

func (k *check) approval(n *Node) {
	if len(n.Approvers) == 0 && n.Empty != EmptyPass {
		k.wrong(on(n, "approvers"), "no_approvers", "“%s”还没有审批人", "“%s” has no approver yet", n.called())
	}
	k.rules(n)
	oneOf(k, n, "mode", n.Mode, ModeAny, ModeAll, ModeOrder, ModeShare)
	oneOf(k, n, "empty", n.Empty, EmptyPass, EmptyReject, EmptyPerson, EmptyAdministrator)
	oneOf(k, n, "self", n.Self, SelfDecides, SelfSkip, SelfHead)
	oneOf(k, n, "again", n.Again, AgainEach, AgainFirst, AgainAdjacent)
	oneOf(k, n, "resume", n.Resume, ResumeReplay, ResumeDirect)
	oneOf(k, n, "comment", n.Comment, CommentOptional, CommentOnReject, CommentAlways)
	if n.Mode == ModeShare && (n.Share < 1 || n.Share > 100) {
		k.wrong(on(n, "share"), "share", "“%s”的通过比例要在 1 到 100 之间", "The share that must agree in “%s” is 1 to 100 percent", n.called())
	}
	if n.Empty == EmptyPerson && k.known.Users[n.EmptyPerson] == "" {
		k.wrong(on(n, "emptyPerson"), "unknown_user", "“%s”没有审批人时要交给的人不存在或已离开", "Whoever stands in when “%s” has nobody does not exist or has left", n.called())
	}
	k.deadline(n)
	k.returns(n)
	for _, f := range n.Hide {
		if !slices.Contains(k.known.Hideable, f) {
			k.wrong(on(n, "hide"), "unknown_field", "“%s”要隐藏的字段“%s”不存在", "“%s” hides a field that does not exist: %s", n.called(), f)
		}
	}
	for _, f := range n.Edit {
		switch {
		case !slices.Contains(k.known.Editable, f):
			k.wrong(on(n, "edit"), "unknown_field", "“%s”要修改的字段“%s”不能修改", "“%s” changes a field that cannot be changed: %s", n.called(), f)
		case slices.Contains(n.Hide, f):
			k.wrong(on(n, "edit"), "hidden_edit", "“%s”里字段“%s”既隐藏又可改", "“%s” both hides and changes the field %s", n.called(), f)
		}
	}
}

func oneOf[T ~string](k *check, n *Node, field string, is T, known ...T) {
	if is != "" && !slices.Contains(known, is) {
		k.wrong(on(n, field), "unknown_setting", "“%s”有一项设置不认识：%s", "“%s” has a setting that is not known: %s", n.called(), string(is))
	}
}

func (k *check) deadline(n *Node) {
	d := n.Deadline
	if d == nil {
		return
	}
	if d.Hours < 1 || d.Hours > maxHours {
		k.wrong(on(n, "deadline.hours"), "deadline_hours", "“%s”的期限要在 1 到 %d 小时之间", "The deadline of “%s” is 1 to %d hours", n.called(), maxHours)
	}
	if !slices.Contains([]AtDeadline{LateRemind, LateEscalate, LateApprove, LateReject}, d.Then) {
		k.wrong(on(n, "deadline.then"), "deadline_then", "“%s”超过期限后做什么还没有选", "What happens when “%s” is late is not chosen yet", n.called())
	}
	if d.Every < 0 || d.Every > maxEvery {
		k.wrong(on(n, "deadline.every"), "deadline_every", "“%s”再次催办的间隔最多 %d 小时", "“%s” reminds again after %d hours at most", n.called(), maxEvery)
	}
	if d.Every > 0 && d.Then != LateRemind {
		k.warn(on(n, "deadline.every"), "deadline_every_unused", "“%s”只有超期提醒才会重复", "“%s” repeats reminders only", n.called())
	}
	if d.Then == LateEscalate && !slices.ContainsFunc(n.Approvers, func(r Rule) bool { return r.Rule != "" }) {
		k.wrong(on(n, "deadline.then"), "escalates_nobody", "“%s”没有审批人，超期后没有谁的上级可以升级", "“%s” has no approver whose head could be asked", n.called())
	}
}

func (k *check) returns(n *Node) {
	for _, to := range n.Returns {
		if to == ToEnd || to == ToSubmitter {
			continue
		}
		aim := k.layout.nodes[to]
		if aim == nil || aim.Kind != NodeApprove || to == n.ID || !k.layout.before(to, n.ID) {
			k.wrong(on(n, "returns"), "return_target", "“%s”只能退回到它前面的审批步骤", "“%s” can send a document back to approvals before it only", n.called())
		}
	}
}

// rules checks by whom the approvers of a node are found.
func (k *check) rules(n *Node) {
	if len(n.Approvers) > maxRules {
		k.wrong(on(n, "approvers"), "too_many_rules", "“%s”的找人规则最多 %d 条", "“%s” has too many rules for approvers; %d at most", n.called(), maxRules)
		return
	}
	for i, r := range n.Approvers {
		at := on(n, fmt.Sprintf("approvers[%d]", i))
		k.rule(n, r, at)
	}
}

func (k *check) rule(n *Node, r Rule, at Problem) {
	missing := func(field, code, zh, en string) {
		at.Field += "." + field
		k.wrong(at, code, zh, en, n.called())
	}
	switch r.Rule {
	case RuleUsers:
		if len(r.Users) == 0 {
			missing("users", "rule_users", "“%s”还没有选人", "“%s” names nobody yet")
		} else if slices.ContainsFunc(r.Users, func(u uuid.UUID) bool { return k.known.Users[u] == "" }) {
			missing("users", "unknown_user", "“%s”选的人里有人不存在或已离开", "Somebody whom “%s” names does not exist or has left")
		}
	case RuleRoleCompany, RuleRoleGroup, RuleRoleUnit:
		if !k.role(r) {
			missing("role", "unknown_role", "“%s”选的角色不存在", "The role that “%s” names does not exist")
		} else if r.Rule == RuleRoleUnit && k.known.Units[r.Unit] == "" {
			missing("unit", "unknown_unit", "“%s”选的部门或公司不存在", "The unit that “%s” names does not exist")
		}
	case RulePosting:
		if k.known.Units[r.Unit] == "" {
			missing("unit", "unknown_unit", "“%s”选的部门或公司不存在", "The unit that “%s” names does not exist")
		}
	case RuleHead, RuleHeads:
		if r.Levels < 0 || r.Levels > 20 {
			missing("levels", "levels", "“%s”向上的级数要在 0 到 20 之间", "“%s” looks 0 to 20 levels up")
		}
	case RuleSubmitterChoice:
	case RulePreviousChoice:
		if n.Kind == NodeApprove && k.first(n) {
			missing("rule", "nobody_before", "“%s”前面可能没有审批人，没法由上一步指定", "“%s” may have no approver before it who could name somebody")
		}
	case RuleField:
		if !slices.ContainsFunc(k.known.Facts, func(f Fact) bool { return f.Name == r.Field && f.Type == FactRef }) {
			missing("field", "unknown_field", "“%s”按单据上的人来找，但没有这个字段", "“%s” asks a person of the document, and there is no such field")
		}
	case RuleUserGroup:
		if k.known.Groups[r.Group] == "" {
			missing("group", "unknown_group", "“%s”选的用户组不存在", "The group of users that “%s” names does not exist")
		}
	case RuleExpression:
		at.Field += ".cel"
		if r.CEL == "" {
			k.wrong(at, "rule_cel", "“%s”的表达式还没有写", "The expression of “%s” is still empty", n.called())
		} else {
			k.people(r.CEL, at)
		}
	default:
		missing("rule", "unknown_rule", "“%s”有一条找人规则不认识", "“%s” has a rule that is not known")
	}
}

func (k *check) role(r Rule) bool {
	if r.Code != "" {
		return k.known.Codes[r.Code] != ""
	}
	return k.known.Roles[r.Role] != ""
}

// first reports whether a way leads from the start to a node without an approval before it.
func (k *check) first(n *Node) bool {
	start := k.layout.start()
	if start == nil {
		return false
	}
	seen := map[string]bool{}
	var reaches func(id string) bool
	reaches = func(id string) bool {
		if id == n.ID {
			return true
		}
		if seen[id] || k.layout.nodes[id].Kind == NodeApprove {
			return false
		}
		seen[id] = true
		return slices.ContainsFunc(k.layout.out[id], func(l *Line) bool { return reaches(l.To) })
	}
	return reaches(start.ID)
}
