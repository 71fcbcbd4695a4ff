package main

import (
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/approval"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/screens"
	"forecourt/modules/vehicle"
	"forecourt/modules/visit"
	"forecourt/tenants"
)

// menu is the way to every list and page, in the order of the trade, one line each. The workbench comes before it and is no entry. A page's
// code is its path in the web, which knows the icon.
func menu() record.Menu {
	list, page := record.MenuList, record.MenuPage
	group := func(zh, en string, items ...record.MenuItem) record.MenuGroup {
		return record.MenuGroup{Label: fault.Text{Zh: zh, En: en}, Items: items}
	}
	shaping := page("screens", "界面定制", "Screens", screens.Read)
	shaping.Stays = true // the menu is changed back from here
	return record.Menu{
		group("审批", "Approvals", page("approvals", "我的审批", "My approvals", approval.TaskKind.Read)),
		group("销售", "Sales", list(visit.Kind.Spec), list(intent.Kind.Spec), list(contract.Kind.Spec)),
		group("客户", "Customers", list(customer.Kind.Spec)),
		group("车辆", "Vehicles", list(vehicle.Kind.Spec)),
		group("商品", "Products", list(catalogue.ModelKind.Spec), list(catalogue.AccessoryKind.Spec), list(catalogue.PriceKind.Spec),
			page("brands", "经营品牌", "Brands", "catalogue:subscribe")),
		group("财务", "Finance", list(cash.Kind.Spec), list(invoice.Kind.Spec)),
		group("交付", "Delivery", list(delivery.OutboundKind.Spec), list(delivery.HandoverKind.Spec)),
		group("回访", "Callbacks", list(callback.Kind.Spec)),
		group("系统", "System", list(tenants.UserKind.Spec),
			page("organisation", "组织架构", "Organisation", tenants.UnitKind.Read),
			page("roles", "角色权限", "Roles", "role:read"),
			shaping,
			page("groups", "用户组", "User groups", "user_group:read"),
			page("approval-flows", "审批流程", "Approval flows", "approval_flow:read"),
			page("explain", "权限说明", "Why access", "role:read"),
			page("jobs", "后台任务", "Background jobs", "job:read"),
			page("log", "系统日志", "System log", "history:read"),
			page("identity", "登录安全", "Sign-in", "identity:manage"),
			page("tokens", "接口令牌", "API tokens", "token:manage"),
			page("monitor", "系统监视器", "System monitor", "monitor:read"),
			page("support", "平台支持", "Platform support", "support:grant"),
			page("settings", "参数设置", "Settings", "parameter:read"),
		),
	}
}
