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
			"act_as": say("切换任职", "Switched posting"), "end": say("结束会话", "Session ended")},
		map[string]fault.Text{"agent": say("浏览器", "Browser"), "why": say("原因", "Reason"), "posting": say("任职", "Posting"), "user": say("用户", "User")},
		map[string]fault.Text{"wrong": say("密码不对或账号不可用", "Wrong password, or no such account"), "locked": say("账号已锁定", "Account locked"), "closed": say("账套已关闭", "Account set closed"),
			"disabled": say("账号已停用", "Account disabled"), "ended": say("账号已过有效期", "Account ended"), "no_posting": say("没有任职", "No posting")}},
	"role": {say("角色", "Role"),
		map[string]fault.Text{"create": created, "delete": deleted, "set_grants": say("设置权限", "Grants set")},
		map[string]fault.Text{"role": say("角色", "Role"), "grants": say("权限", "Grants"), "name": say("名称", "Name"), "from": say("复制自", "Copied from")}, nil},
	"user_group": {say("用户组", "User group"),
		map[string]fault.Text{"create": created, "add_member": say("加入成员", "Member added"), "remove_member": say("移除成员", "Member removed"), "give_role": say("授予角色", "Role given")},
		map[string]fault.Text{"name": say("名称", "Name"), "userId": say("用户", "User"), "role": say("角色", "Role")}, nil},
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
	"user": {fields: map[string]fault.Text{"title": say("职务", "Title"), "roles": say("角色", "Roles"), "validFrom": say("任职开始", "Posting from"),
		"deputy": say("代理人", "Deputy"), "from": say("外出开始", "Away from"), "to": say("外出结束", "Away to")}},
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
