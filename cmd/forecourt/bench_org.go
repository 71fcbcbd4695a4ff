package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/tenants"
)

// benchPassword is for everyone in a bench tenant. It is printed, so it protects nothing.
const benchPassword = "forecourt-bench"

var unitColumns = []string{"tenant_id", "id", "parent_id", "company_id", "kind", "code", "name", "created_at"}

var periodColumns = []string{"tenant_id", "unit_id", "from_day", "parent_id", "code", "name", "status"}

// unit adds a unit of the tree.
func (f *filler) unit(parent, company uuid.UUID, kind, code, name string) uuid.UUID {
	id := f.id(f.since)
	if kind == "company" {
		company = id
	}
	f.add("org_units", unitColumns, []any{id16(f.tenant), id16(id), id16(parent), id16(company), kind, code, name, f.since})
	f.add("unit_periods", periodColumns, []any{id16(f.tenant), id16(id), f.since, id16(parent), code, name, "open"})
	now := map[string]any{"name": name, "code": code, "kind": kind, "parentId": parent}
	f.history(tenants.UnitKind.Name, id, 1, "create", f.admin, f.since, f.opens("create-unit"), noFacts, facts(now))
	return id
}

// opens is the operation that opens a tenant until there is somebody to do o.
func (f *filler) opens(o string) string {
	if f.admin == nil {
		return "open_tenant"
	}
	return o
}

// facts is the JSON of a line of history. Its values are texts and ids, which always have a form in JSON.
func facts(m map[string]any) []byte {
	b, err := json.Marshal(m)
	if err != nil {
		return noFacts
	}
	return b
}

// user adds a person with a posting. The posting's role follows once the roles are there.
func (f *filler) user(p person, hash string) *person {
	p.id, p.posting, p.session = f.id(f.since), f.id(f.since), f.id(f.since)
	f.add("users", []string{"tenant_id", "id", "version", "login", "name", "password_hash", "created_at"}, []any{id16(f.tenant), id16(p.id), 2, p.login, p.name, hash, f.since})
	f.add("postings", []string{"tenant_id", "id", "user_id", "unit_id", "title"}, []any{id16(f.tenant), id16(p.posting), id16(p.id), id16(p.unit), p.title})
	f.history(tenants.UserKind.Name, p.id, 1, "create", f.admin, f.since, f.opens("create-user"), noFacts, facts(map[string]any{"login": p.login, "name": p.name}))
	f.history(tenants.UserKind.Name, p.id, 2, "add_posting", f.admin, f.since.Add(time.Minute), f.opens("create-posting"), noFacts, facts(map[string]any{"unitId": p.unit, "title": p.title, "roles": []string{p.role}}))
	return &p
}

// people builds the tree and places everyone in it: a company for every eight thousand customers, a consultant for every four
// hundred, at least two.
func (f *filler) people(customers int, hash string) []*person {
	f.root = f.unit(uuid.Nil, uuid.Nil, "group", "0", f.group)
	f.admin = f.user(person{login: "admin", name: personName(f.rand), role: "group_administrator", title: "集团管理员", unit: f.root}, hash)
	f.leader = f.user(person{login: "leader", name: personName(f.rand), role: "group_leader", title: "总经理", unit: f.root}, hash)
	all := []*person{f.admin, f.leader}
	companies := min(1+customers/8_000, 40)
	for c := range companies {
		p := &place{code: fmt.Sprintf("C%02d", c+1)}
		name := fmt.Sprintf("第%d店", c+1)
		p.id = f.unit(f.root, uuid.Nil, "company", p.code, name)
		p.sales = f.unit(p.id, p.id, "department", p.code+"S", name+"销售部")
		p.general = f.unit(p.id, p.id, "department", p.code+"A", name+"综合部")
		place := func(login, role, title string, department uuid.UUID) *person {
			u := f.user(person{login: fmt.Sprintf("%s-%d", login, c+1), name: personName(f.rand), role: role, title: title, unit: department, company: p.id, department: department}, hash)
			all = append(all, u)
			return u
		}
		p.manager = place("manager", "sales_manager", "销售经理", p.sales)
		p.cashier = place("cashier", "cashier", "出纳", p.general)
		p.keeper = place("keeper", "warehouse_keeper", "仓库管理员", p.general)
		p.desk = place("clerk", "invoice_clerk", "开票员", p.general)
		p.care = place("care", "customer_care_agent", "客服专员", p.general)
		for range min(max(customers/companies/400, 2), 20) {
			p.consultants = append(p.consultants, place(fmt.Sprintf("sales%d", len(p.consultants)+1), "sales_consultant", "销售顾问", p.sales))
		}
		f.places = append(f.places, p)
	}
	return all
}
