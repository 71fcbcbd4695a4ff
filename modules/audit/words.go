package audit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"forecourt/kernel/fault"
	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
)

// words are a kind of line that is no declared record, or what a declared kind's history holds beside its fields.
type words struct {
	label   fault.Text
	actions map[string]fault.Text
	fields  map[string]fault.Text
	values  map[string]fault.Text // of fields whose values are codes
}

func say(zh, en string) fault.Text { return fault.Text{Zh: zh, En: en} }

var created, deleted, edited = say("新建", "Created"), say("删除", "Deleted"), say("修改", "Edited")

// others is every kind of line that is no declared record.
var others = map[string]words{
	"session": {say("会话", "Session"),
		map[string]fault.Text{"sign_in": say("登录", "Signed in"), "sign_out": say("退出", "Signed out"), "refused": say("登录被拒", "Refused at sign-in"),
			"act_as": say("切换任职", "Switched posting"), "recovery_code": say("使用恢复码", "Used a recovery code"), "two_step_begin": say("开始设置两步验证", "Began to set up the second step"), "end": say("结束会话", "Session ended")},
		map[string]fault.Text{"agent": say("浏览器", "Browser"), "why": say("原因", "Reason"), "posting": say("任职", "Posting"), "user": say("用户", "User"), "way": say("方式", "By")},
		map[string]fault.Text{"wrong": say("密码不对或账号不可用", "Wrong password, or no such account"), "locked": say("账号已锁定", "Account locked"), "closed": say("账套已关闭", "Account set closed"),
			"disabled": say("账号已停用", "Account disabled"), "ended": say("账号已过有效期", "Account ended"), "no_posting": say("没有任职", "No posting"),
			"wrong_code": say("验证码不对", "Wrong code"), "password_off": say("已停用密码登录", "Passwords are turned off"), "unmatched": say("企业账号没有对应的用户", "The company account belongs to no user"),
			"code": say("密码和验证码", "Password and code"), "provider": say("企业账号", "Company account")}},
	"role": {say("角色", "Role"),
		map[string]fault.Text{"create": created, "delete": deleted, "set_grants": say("设置权限", "Grants set"), "edit": edited, "set_fields": say("设置字段权限", "Field rules set")},
		map[string]fault.Text{"role": say("角色", "Role"), "grants": say("权限", "Grants"), "name": say("名称", "Name"), "from": say("复制自", "Copied from"), "fields": say("字段权限", "Field rules"), "givenBy": say("由谁授予", "Given by")}, nil},
	"support": {say("平台支持", "Platform support"),
		map[string]fault.Text{"grant": say("授权支持", "Consented"), "revoke": say("撤销授权", "Consent revoked"), "open": say("进入企业", "Came in"), "close": say("退出企业", "Left"), "call": say("访问", "Looked at")},
		map[string]fault.Text{"hours": say("小时数", "Hours"), "writing": say("可修改", "May change"), "reason": say("原因", "Reason"), "path": say("内容", "What")}, nil},
	"approval_flow": {say("审批流程", "Approval flow"),
		map[string]fault.Text{"create": created, "edit": edited, "delete": deleted, "draft": say("保存草稿", "Draft kept"), "discard": say("放弃草稿", "Draft dropped"), "publish": say("发布", "Published"), "restore": say("恢复旧版本", "Older version restored"),
			"adopt": say("采用预置流程", "Shipped flow taken up"), "set_default": say("设置无流程时的处理", "Decided what happens without a flow")},
		map[string]fault.Text{"name": say("名称", "Name"), "subject": say("审批事项", "Matter"), "unitId": say("适用组织", "Unit"), "when": say("适用条件", "Condition"), "position": say("顺序", "Order"), "enabled": say("启用", "Enabled"),
			"published": say("版本", "Version"), "note": say("说明", "Note"), "default": say("无流程时", "Without a flow")},
		map[string]fault.Text{"pass": say("直接通过", "Takes effect"), "refuse": say("不允许提交", "Refused"), "administrator": say("由管理员指定", "An administrator decides")}},
	"user_group": {say("用户组", "User group"),
		map[string]fault.Text{"create": created, "add_member": say("加入成员", "Member added"), "remove_member": say("移除成员", "Member removed"), "give_role": say("授予角色", "Role given"), "take_role": say("收回角色", "Role taken"), "edit": edited, "delete": deleted},
		map[string]fault.Text{"name": say("名称", "Name"), "userId": say("用户", "User"), "role": say("角色", "Role")}, nil},
	"sign_in_settings": {say("登录要求", "Sign-in settings"),
		map[string]fault.Text{"edit": edited},
		map[string]fault.Text{"twoStep": say("两步验证", "Second step"), "twoStepRoles": say("必须开启的角色", "Roles that must have it"), "passwordFor": say("密码登录", "Passwords")},
		map[string]fault.Text{"free": say("自愿开启", "Whoever wants"), "roles": say("指定角色必须开启", "Demanded of roles"), "all": say("所有人", "Everyone"), "administrators": say("仅集团管理员", "Group administrators only")}},
	"identity_provider": {say("企业账号登录", "Company account"),
		map[string]fault.Text{"edit": edited, "delete": deleted},
		map[string]fault.Text{"issuer": say("服务地址", "Issuer"), "clientId": say("客户端 ID", "Client ID"), "secret": say("客户端密钥", "Client secret"), "claim": say("账号字段", "Claim"), "matches": say("对应用户的", "Matches the user's"), "label": say("按钮文字", "Button"), "enabled": say("启用", "Enabled")},
		map[string]fault.Text{"login": say("登录名", "Login"), "email": say("邮箱", "E-mail"), "replaced": say("已更换", "Replaced")}},
	"api_token": {say("接口令牌", "API token"),
		map[string]fault.Text{"create": created, "revoke": say("吊销", "Revoked")},
		map[string]fault.Text{"name": say("名称", "Name"), "permissions": say("权限", "Permissions"), "readOnly": say("只读", "Read only"), "networks": say("允许的地址", "Allowed addresses"), "expiresAt": say("到期", "Expires"), "user": say("用户", "User")}, nil},
	"job": {say("后台任务", "Background job"),
		map[string]fault.Text{"retry": say("重新执行", "Run again"), "retry_all": say("全部重新执行", "All run again")},
		map[string]fault.Text{"kind": say("任务", "Job"), "count": say("数量", "Count")}, nil},
	"catalogue": {say("经营品牌", "Brands"),
		map[string]fault.Text{"subscribe": say("选择品牌", "Brands chosen")}, map[string]fault.Text{"brands": say("品牌", "Brands")}, nil},
	"contract_settings": {say("合同参数", "Contract settings"),
		map[string]fault.Text{"edit": edited}, map[string]fault.Text{"managerDiscountBasisPoints": say("经理折扣上限（基点）", "Manager's discount limit (basis points)")}, nil},
	"parameter": {say("参数", "Parameter"),
		map[string]fault.Text{"set": say("设置", "Decided"), "unset": say("恢复继承", "Taken back")},
		map[string]fault.Text{"parameter": say("参数", "Parameter"), "unit": say("组织", "Unit"), "value": say("值", "Value"), "locked": say("锁定", "Locked")}, nil},
	"tenant": {say("账套", "Account set"),
		map[string]fault.Text{"move_clock": say("前移时钟", "Clock moved")}, map[string]fault.Text{"days": say("天数", "Days")}, nil},
}

// beside is what lines of declared kinds hold that is no field of theirs.
var beside = map[string]words{
	"approval": {fields: map[string]fault.Text{"comment": say("意见", "Comment")}},
	"user": {fields: map[string]fault.Text{"title": say("职务", "Title"), "roles": say("角色", "Roles"), "validFrom": say("任职开始", "Posting from"),
		"deputy": say("代理人", "Deputy"), "from": say("外出开始", "Away from"), "to": say("外出结束", "Away to")}},
}

// Known is what a kind of line is called, and its actions.
type Known struct {
	Kind    string        `json:"kind"`
	Label   fault.Text    `json:"label"`
	Actions []KnownAction `json:"actions"`
}

// KnownAction is an action in words.
type KnownAction struct {
	Action string     `json:"action"`
	Label  fault.Text `json:"label"`
}

// Words lists every kind of line and its actions, so that one can ask for them.
func (s *Service) Words() []Known {
	out := make([]Known, 0, len(s.names))
	for _, name := range s.names {
		k := Known{Kind: name, Label: s.labelOf(name), Actions: []KnownAction{}}
		actions := others[name].actions
		if declared := s.kinds.Kind(name); declared != nil {
			actions = declared.Actions()
		}
		for _, action := range slices.Sorted(maps.Keys(actions)) {
			k.Actions = append(k.Actions, KnownAction{action, actions[action]})
		}
		out = append(out, k)
	}
	return out
}

// labelOf puts a kind of line into words.
func (s *Service) labelOf(kind string) fault.Text {
	if k := s.kinds.Kind(kind); k != nil {
		return k.Label
	}
	if w, ok := others[kind]; ok {
		return w.label
	}
	return plain(kind)
}

func plain(code string) fault.Text {
	text := strings.ReplaceAll(code, "_", " ")
	return fault.Text{Zh: text, En: text}
}

// changes puts what a line holds into words of a language, in the order of the names.
func (w words) changes(was, now []byte, language string) ([]record.Change, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(was, &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(now, &after); err != nil {
		return nil, err
	}
	all := maps.Clone(w.fields)
	for _, held := range []map[string]json.RawMessage{before, after} {
		for name := range held {
			if _, known := all[name]; !known && w.label.Zh != "" {
				all[name] = plain(name)
			}
		}
	}
	out := []record.Change{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if b, a := before[name], after[name]; b != nil || a != nil {
			out = append(out, record.Change{Field: name, Label: all[name], Was: w.value(b, language), Now: w.value(a, language)})
		}
	}
	return out, nil
}

func (w words) value(raw json.RawMessage, language string) json.RawMessage {
	var code string
	if len(raw) == 0 || json.Unmarshal(raw, &code) != nil {
		return raw
	}
	text, ok := w.values[code]
	if p := parameter.Find(code); !ok && p != nil {
		text, ok = p.Label, true
	}
	if !ok {
		return raw
	}
	said, err := json.Marshal(text.In(language))
	if err != nil {
		return raw
	}
	return said
}
