package policies

// Role is a shipped role: its words and its grants, "permission scope".
type Role struct {
	Code, Zh, En string
	Grants       []string
	Fields       []string // "kind.field visibility"
}

// demoClock is granted in demo tenants alone.
const demoClock = "demo:clock"

// everyone is what all who work in a tenant may do.
var everyone = []string{"user:read group", "org_unit:read group", "vehicle_model:read group", "accessory:read group", "price:read group", "approval:read self", "approval_task:read self", demoClock + " group"}

// readAll is every kind of business record.
var readAll = []string{"customer:read", "visit:read", "intent:read", "vehicle:read", "vehicle_event:read", "contract:read", "receipt:read", "invoice:read", "outbound:read", "handover:read", "callback:read"}

func scoped(scope string, permissions ...string) []string {
	out := make([]string, len(permissions))
	for i, p := range permissions {
		out[i] = p + " " + scope
	}
	return out
}

func join(lists ...[]string) []string {
	out := append([]string{}, everyone...)
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

var exports = []string{"customer:export", "visit:export", "intent:export", "vehicle:export", "contract:export", "receipt:export", "invoice:export", "outbound:export", "handover:export", "callback:export"}

// openFields are open to those who call customers; everyone else reads them masked.
var openFields = []string{"customer.mobile editable", "visit.mobile editable"}

// Roles are the roles that every new tenant begins with.
var Roles = []Role{
	{"group_administrator", "集团管理员", "Group administrator", join(scoped("group", readAll...), scoped("group", exports...),
		scoped("group", "user:manage", "user_group:read", "user_group:manage", "approval_flow:read", "approval_flow:edit", "approval:read", "approval:manage", "approval:export", "approval_task:read", "approval_task:export", "job:read", "job:retry", "org:manage", "role:read", "role:manage", "history:read", "identity:manage", "token:manage", "monitor:read", "monitor:end", "support:grant", "catalogue:subscribe", "accessory:create", "accessory:edit", "price:create", "price:edit", "parameter:read", "parameter:edit", "screen:read", "screen:edit", "vehicle:force", "vehicle:edit", "accessory:export", "user:export", "org_unit:export", "price:export", "vehicle_model:export")), nil},
	{"group_leader", "集团领导", "Group leader", join(scoped("group", readAll...), scoped("group", exports...), scoped("group", "approval:read", "approval:export", "approval_task:read", "approval_task:export"), scoped("group", "contract:approve", "contract:approve_group", "intent:lose", "role:read")),
		[]string{"vehicle.cost shown", "contract.margin shown"}},
	{"company_administrator", "公司管理员", "Company administrator", join(scoped("company", readAll...), scoped("company", "user:manage", "user_group:read", "approval_flow:read", "approval_flow:edit", "approval:read", "approval:manage", "approval_task:read", "org:manage", "parameter:read", "parameter:edit", "role:read", "screen:read", "screen:edit", "history:read", "monitor:read", "monitor:end")), nil},
	{"sales_manager", "销售经理", "Sales manager", join(scoped("company", readAll...), scoped("group", "vehicle:read", "vehicle_event:read"), scoped("company", exports...),
		scoped("company", "approval:read", "approval_task:read", "customer:create", "customer:edit", "customer:reveal", "visit:create", "visit:edit", "visit:assign", "visit:close", "visit:reveal", "intent:create", "intent:edit", "intent:move", "intent:lose", "vehicle:hold", "vehicle:edit",
			"contract:create", "contract:edit", "contract:submit", "contract:approve", "contract:reserve", "contract:cancel", "contract:close", "receipt:create")),
		append([]string{"vehicle.cost editable", "contract.margin shown"}, openFields...)},
	{"sales_consultant", "销售顾问", "Sales consultant", join(scoped("company", "customer:read", "callback:read"), scoped("group", "vehicle:read", "vehicle_event:read"),
		scoped("self", "customer:edit", "customer:reveal", "visit:read", "visit:edit", "visit:close", "visit:reveal", "intent:read", "intent:edit", "intent:move", "intent:lose", "contract:read", "contract:edit", "contract:submit", "contract:reserve", "contract:cancel", "contract:close"),
		scoped("company", "customer:create", "visit:create", "visit:assign", "intent:create", "contract:create", "receipt:create", "vehicle:hold", "receipt:read", "invoice:read", "outbound:read", "handover:read", "handover:create")), openFields},
	{"cashier", "出纳", "Cashier", join(scoped("company", "customer:read", "contract:read", "receipt:read", "receipt:create", "receipt:confirm", "receipt:void", "receipt:export", "invoice:read")), nil},
	{"warehouse_keeper", "仓库管理员", "Warehouse keeper", join(scoped("company", "contract:read", "customer:read", "vehicle:receive", "vehicle:create", "vehicle:inspect", "vehicle:edit", "vehicle:export", "outbound:read", "outbound:create", "outbound:export", "handover:read"), scoped("group", "vehicle:read", "vehicle_event:read")), nil},
	{"invoice_clerk", "开票员", "Invoice clerk", join(scoped("company", "customer:read", "contract:read", "receipt:read", "invoice:read", "invoice:issue", "invoice:create", "invoice:export")), nil},
	{"service_adviser", "服务顾问", "Service adviser", join(scoped("company", "customer:read", "customer:create", "customer:edit", "vehicle:read", "vehicle_event:read", "visit:read", "callback:read")), nil},
	{"customer_care_agent", "客服专员", "Customer-care agent", join(scoped("company", "customer:read", "customer:reveal", "contract:read", "vehicle:read", "vehicle_event:read", "handover:read", "callback:read", "callback:work", "callback:assign", "callback:export")), openFields},
	{"auditor", "审计员", "Auditor", audit, []string{"vehicle.cost shown", "contract.margin shown"}},
}

// audit changes nothing, not even a demo tenant's clock.
var audit = append(scoped("group", "user:read", "org_unit:read", "vehicle_model:read", "accessory:read", "price:read", "history:read", "monitor:read", "role:read", "user_group:read", "approval_flow:read", "approval:read", "approval_task:read", "job:read", "screen:read", "parameter:read"), scoped("group", readAll...)...)
