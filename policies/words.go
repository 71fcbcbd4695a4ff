package policies

import (
	"slices"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

// PermissionInfo is a permission in words.
type PermissionInfo struct {
	Permission    access.Permission `json:"permission"`
	Resource      string            `json:"resource"`
	ResourceLabel fault.Text        `json:"resourceLabel"`
	Label         fault.Text        `json:"label"`
}

type word struct{ code, zh, en string }

func (w word) text() fault.Text { return fault.Text{Zh: w.zh, En: w.en} }

// resources in the order of the trade, as the matrix shows them.
var resources = []word{
	{"visit", "来电来店", "Visits"}, {"intent", "意向", "Intents"}, {"contract", "销售合同", "Contracts"}, {"customer", "客户", "Customers"},
	{"vehicle", "车辆", "Vehicles"}, {"vehicle_event", "车辆经历", "Vehicle events"}, {"vehicle_model", "车型", "Vehicle models"},
	{"accessory", "饰品", "Accessories"}, {"price", "价格", "Prices"}, {"catalogue", "经营品牌", "Brands"}, {"receipt", "收款", "Receipts"},
	{"invoice", "开票", "Invoices"}, {"outbound", "销售出库", "Outbounds"}, {"handover", "客户交车", "Handovers"}, {"callback", "回访任务", "Callbacks"},
	{"approval", "审批", "Approvals"}, {"approval_task", "审批任务", "Approval tasks"}, {"approval_flow", "审批流程", "Approval flows"},
	{"user", "用户", "Users"}, {"user_group", "用户组", "User groups"}, {"org_unit", "组织", "Org units"}, {"org", "组织架构", "Organisation"}, {"role", "角色", "Roles"},
	{"parameter", "参数", "Parameters"}, {"screen", "界面定制", "Screens"}, {"identity", "登录安全", "Sign-in"}, {"token", "接口令牌", "API tokens"}, {"history", "系统日志", "System log"}, {"monitor", "系统监视器", "System monitor"}, {"job", "后台任务", "Background jobs"}, {"support", "平台支持", "Platform support"}, {"demo", "演示", "Demo"},
}

// verbs are the actions that mean the same for every resource, in the order of the matrix.
var verbs = []word{
	{"read", "查看", "Read"}, {"create", "新建", "Create"}, {"edit", "修改", "Edit"}, {"export", "导出", "Export"}, {"reveal", "查看隐藏内容", "Reveal masked data"},
	{"manage", "管理", "Manage"}, {"assign", "分派", "Assign"}, {"close", "结束", "Close"}, {"submit", "提交", "Submit"}, {"approve", "审批", "Approve"},
	{"approve_group", "集团审批", "Approve for the group"}, {"reserve", "预留车辆", "Reserve a vehicle"}, {"cancel", "取消", "Cancel"}, {"move", "调整级别", "Move on the board"},
	{"lose", "战败", "Give up"}, {"hold", "预占", "Hold"}, {"receive", "入库与退厂", "Receive and return"}, {"inspect", "检测", "Inspect"},
	{"force", "强制录入车架号", "Accept an odd VIN"}, {"confirm", "确认", "Confirm"}, {"void", "冲销", "Void"}, {"issue", "开具", "Issue"},
	{"work", "办理", "Work"}, {"subscribe", "选择", "Choose"}, {"clock", "前移时钟", "Move the clock"}, {"grant", "授权", "Consent"}, {"end", "结束会话", "End a session"}, {"retry", "重新执行", "Run again"},
}

// wordsOf puts a permission into words; ok says that both halves are known.
func wordsOf(p access.Permission) (info PermissionInfo, ok bool) {
	resource, action, _ := strings.Cut(string(p), ":")
	r := slices.IndexFunc(resources, func(w word) bool { return w.code == resource })
	v := slices.IndexFunc(verbs, func(w word) bool { return w.code == action })
	if r < 0 || v < 0 {
		return PermissionInfo{p, resource, fault.Text{Zh: resource, En: resource}, fault.Text{Zh: action, En: action}}, false
	}
	return PermissionInfo{p, resource, resources[r].text(), verbs[v].text()}, true
}

// Permissions are all that can be granted, those of the operations and those that only rules ask for, in the order of the matrix.
func Permissions(operations map[string]access.Permission) []PermissionInfo {
	known := map[access.Permission]bool{}
	for _, p := range operations {
		known[p] = strings.Contains(string(p), ":")
	}
	for _, r := range Roles {
		for _, g := range r.Grants {
			name, _, _ := strings.Cut(g, " ")
			known[access.Permission(name)] = true
		}
	}
	out := []PermissionInfo{}
	for p, grantable := range known {
		if info, _ := wordsOf(p); grantable {
			out = append(out, info)
		}
	}
	at := func(p PermissionInfo) int {
		_, action, _ := strings.Cut(string(p.Permission), ":")
		r := slices.IndexFunc(resources, func(w word) bool { return w.code == p.Resource })
		return r*len(verbs) + slices.IndexFunc(verbs, func(w word) bool { return w.code == action })
	}
	slices.SortFunc(out, func(a, b PermissionInfo) int { return at(a) - at(b) })
	return out
}
