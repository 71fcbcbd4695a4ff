package main

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/modules/customer"
	"forecourt/policies"
	"forecourt/tenants"
)

// joined is what the modules bring to the organisation.
func (m *modules) joined() tenants.Joined {
	estates := []tenants.Estate{customer.Estate{}, m.approval.Estate()}
	for _, k := range kinds() {
		if k.Moves() {
			estates = append(estates, tenants.RecordEstate(k))
		}
	}
	return tenants.Joined{Estates: estates, Checks: openingChecks(), Notices: m.notice}
}

// openingChecks is what a company needs before it trades, in the order in which it is set up.
func openingChecks() []tenants.OpeningCheck {
	say := func(zh, en string) fault.Text { return fault.Text{Zh: zh, En: en} }
	staff := func(code string, p access.Permission, mandatory, above bool, label, help fault.Text) tenants.OpeningCheck {
		return tenants.OpeningCheck{Code: code, Label: label, Help: help, Mandatory: mandatory, Link: "/people/new",
			Done: func(ctx context.Context, tx tenants.Tx, company uuid.UUID) (bool, error) {
				return policies.Somebody(ctx, tx, company, p, above)
			}}
	}
	exists := func(from, where string) func(context.Context, tenants.Tx, uuid.UUID) (bool, error) {
		return func(ctx context.Context, tx tenants.Tx, company uuid.UUID) (bool, error) {
			return tx.NewSelect().TableExpr(from).Where("tenant_id = ?0 AND "+where, tx.Tenant, company).Exists(ctx)
		}
	}
	return []tenants.OpeningCheck{
		{Code: "department", Label: say("部门", "Departments"), Help: say("至少建一个部门", "At least one department"), Mandatory: true, Link: "/organisation",
			Done: exists("org_units", "company_id = ?1 AND kind = 'department' AND status = 'open'")},
		staff("administrator", "user:manage", true, false, say("公司管理员", "Company administrator"), say("公司自己的管理员，管理本公司的用户和组织", "The company's own administrator, for its people and units")),
		staff("approver", "contract:approve", true, true, say("合同审批人", "Approver of contracts"), say("能审批本公司合同的人，一般是销售经理", "Who approves the company's contracts, usually the sales manager")),
		staff("consultant", "contract:submit", true, false, say("销售顾问", "Sales consultant"), say("接待客户、签订合同", "Receives customers and makes contracts")),
		staff("cashier", "receipt:confirm", true, false, say("出纳", "Cashier"), say("确认收款", "Confirms receipts")),
		staff("warehouse", "vehicle:receive", true, false, say("仓库管理员", "Warehouse keeper"), say("车辆入库和出库", "Receives vehicles and takes them out of stock")),
		staff("invoice_clerk", "invoice:issue", true, false, say("开票员", "Invoice clerk"), say("开具发票", "Issues invoices")),
		staff("care", "callback:work", false, true, say("客服专员", "Customer-care agent"), say("交车后回访客户", "Calls customers after the handover")),
		{Code: "brands", Label: say("经营品牌", "Brands"), Help: say("集团选择经营的品牌后才有车型", "Models come with the brands that the group takes"), Mandatory: true, Link: "/brands",
			Done: exists("brand_subscriptions", "?1::uuid IS NOT NULL")},
		{Code: "prices", Label: say("价格", "Price list"), Help: say("集团或本公司的车辆价格；没有时按车辆标价销售", "Prices of the group or the company; without, the price on the vehicle counts"), Link: "/r/prices",
			Done: exists("prices", "(company_id = ?1 OR company_id IS NULL)")},
	}
}
