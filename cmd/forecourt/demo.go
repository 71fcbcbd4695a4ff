package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// demoPassword is for everyone in the demo. It is printed, so it protects nothing.
const demoPassword = "forecourt-demo"

// demoUser is one sign-in of the demo.
type demoUser struct{ login, name, unit, title, role, words string }

// demoGroup is one dealer group of the demo: the units and people are fixed, so that a script can use them.
type demoGroup struct {
	code, name string
	units      []tenants.UnitInput // Parent is given by name in parents
	parents    []string
	users      []demoUser
	brands     []string
	trades     string // the code of the company that is opened; empty: none
}

var demoGroups = []demoGroup{
	{code: "hengtong", name: "恒通汽车集团", brands: []string{"丰田", "大众"}, trades: "HT1",
		units: []tenants.UnitInput{{Kind: "company", Code: "HT1", Name: "恒通丰田福田店"}, {Kind: "department", Code: "HT1S", Name: "福田店销售部"}, {Kind: "department", Code: "HT1A", Name: "福田店综合部"},
			{Kind: "company", Code: "HT2", Name: "恒通大众南山店"}, {Kind: "department", Code: "HT2S", Name: "南山店销售部"}},
		parents: []string{"0", "HT1", "HT1", "0", "HT2"},
		users: []demoUser{
			{"admin", "陈立群", "0", "集团管理员", "group_administrator", "Group administrator"},
			{"zhaogang", "赵刚", "0", "总经理", "group_leader", "Group leader"},
			{"sunli", "孙丽", "HT1", "公司管理员", "company_administrator", "Company administrator"},
			{"liqiang", "李强", "HT1S", "销售经理", "sales_manager", "Sales manager"},
			{"wangmin", "王敏", "HT1S", "销售顾问", "sales_consultant", "Sales consultant"},
			{"zhangwei", "张伟", "HT1S", "销售顾问", "sales_consultant", "Sales consultant"},
			{"liufang", "刘芳", "HT1A", "出纳", "cashier", "Cashier"},
			{"huangbo", "黄波", "HT1A", "仓库管理员", "warehouse_keeper", "Warehouse keeper"},
			{"zhouyan", "周燕", "HT1A", "开票员", "invoice_clerk", "Invoice clerk"},
			{"wujie", "吴杰", "HT1", "服务顾问", "service_adviser", "Service adviser"},
			{"xujing", "徐静", "HT1A", "客服专员", "customer_care_agent", "Customer-care agent"},
			{"malin", "马琳", "0", "审计员", "auditor", "Auditor"},
			{"heping", "何平", "HT2S", "销售顾问", "sales_consultant", "Sales consultant (other company)"},
		}},
	{code: "mingda", name: "明达汽车集团", brands: []string{"本田", "日产"},
		units:   []tenants.UnitInput{{Kind: "company", Code: "MD1", Name: "明达本田天河店"}, {Kind: "department", Code: "MD1S", Name: "天河店销售部"}},
		parents: []string{"0", "MD1"},
		users: []demoUser{
			{"admin", "林晓东", "0", "集团管理员", "group_administrator", "Group administrator"},
			{"gaofeng", "高峰", "0", "总经理", "group_leader", "Group leader"},
			{"luoyi", "罗毅", "MD1S", "销售经理", "sales_manager", "Sales manager"},
			{"xiexin", "谢欣", "MD1S", "销售顾问", "sales_consultant", "Sales consultant"},
			{"tangli", "唐丽", "MD1", "出纳", "cashier", "Cashier"},
			{"shenjie", "沈洁", "MD1", "开票员", "invoice_clerk", "Invoice clerk"},
			{"fengkai", "冯凯", "MD1", "仓库管理员", "warehouse_keeper", "Warehouse keeper"},
		}},
}

const operatorLogin = "operator"

// demoCommand prints the sign-ins.
func demoCommand(_ context.Context, args []string, out io.Writer) error {
	if len(args) != 1 || args[0] != "--list" {
		return errors.New("usage: forecourt demo --list")
	}
	listDemo(out)
	return nil
}

// listDemo prints one line a sign-in: tenant code, login, password, role.
func listDemo(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, g := range demoGroups {
		for _, u := range g.users {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", g.code, u.login, demoPassword, u.title, u.words)
		}
	}
	_, _ = fmt.Fprintf(w, "platform\t%s\t%s\t%s\t%s\n", operatorLogin, demoPassword, "平台运营", "Platform operator")
	_ = w.Flush()
}

// demo fills a database that has no tenant yet.
func (a *application) demo(ctx context.Context) error {
	var n int
	err := a.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM tenants").Scan(&n)
	})
	if err != nil || n > 0 {
		return err
	}
	if err := a.platform.CreateOperator(ctx, operatorLogin, "平台运营", demoPassword); err != nil {
		return err
	}
	groups, err := a.fill(ctx)
	if err != nil {
		return err
	}
	for i, g := range demoGroups {
		if g.trades == "" {
			continue
		}
		if err := a.trades(ctx, groups[i], g.trades); err != nil {
			return fmt.Errorf("%s: %w", g.code, err)
		}
	}
	return nil
}

// fill opens the demo groups with their people and their business.
func (a *application) fill(ctx context.Context) ([]*staffed, error) {
	if err := a.platformModels(ctx); err != nil {
		return nil, err
	}
	var groups []*staffed
	for i, g := range demoGroups {
		s, err := a.openDemo(ctx, g)
		if err == nil {
			err = a.business(ctx, s, g, i*6)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.code, err)
		}
		groups = append(groups, s)
	}
	return groups, nil
}

// trades opens a company whose people are all there; the group's other ones still show what they lack.
func (a *application) trades(ctx context.Context, s *staffed, company string) error {
	month := "2026-01"
	if err := a.org.EditUnit(ctx, s.actors["admin"], s.units[company], 1, tenants.UnitEdit{StartMonth: &month}); err != nil {
		return err
	}
	return a.org.OpenCompany(ctx, s.actors["admin"], s.units[company], 2)
}

// staffed is a demo group with its people.
type staffed struct {
	tenant tenants.Tenant
	units  map[string]uuid.UUID
	actors map[string]tenants.Actor
	users  map[string]uuid.UUID
}

// openDemo opens a group and places its people.
func (a *application) openDemo(ctx context.Context, g demoGroup) (*staffed, error) {
	admin := g.users[0]
	t, err := a.platform.Open(ctx, tenants.OpenInput{Code: g.code, Name: g.name, StartDate: "2026-01-01", Demo: true, Plan: "enterprise", Administrator: tenants.UserInput{Login: admin.login, Name: admin.name, Password: demoPassword}})
	if err != nil {
		return nil, err
	}
	s := &staffed{tenant: t, units: map[string]uuid.UUID{}, actors: map[string]tenants.Actor{}, users: map[string]uuid.UUID{}}
	builder := tenants.Worker(t, "demo")
	var root uuid.UUID
	err = a.db.Read(ctx, builder, func(tx tenants.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT id FROM org_units WHERE tenant_id = ? AND code = '0'", tx.Tenant).Scan(&root)
	})
	if err != nil {
		return nil, err
	}
	s.units["0"] = root
	for i, u := range g.units {
		u.Parent = s.units[g.parents[i]]
		if s.units[u.Code], err = a.org.AddUnit(ctx, builder, u); err != nil {
			return nil, err
		}
	}
	for i, u := range g.users {
		if i > 0 {
			user, err := a.org.AddUser(ctx, builder, tenants.UserInput{Login: u.login, Name: u.name, Password: demoPassword})
			if err != nil {
				return nil, err
			}
			if _, err := a.org.AddPosting(ctx, builder, tenants.PostingInput{User: user, Unit: s.units[u.unit], Title: u.title, Roles: []string{u.role}}); err != nil {
				return nil, err
			}
		}
		_, actor, err := a.tenants.SignIn(ctx, tenants.SignInput{Tenant: g.code, Login: u.login, Password: demoPassword, Address: "127.0.0.1", Agent: "demo"})
		if err != nil {
			return nil, fmt.Errorf("sign in %s: %w", u.login, err)
		}
		s.actors[u.login], s.users[u.login] = actor, actor.User
	}
	return s, nil
}
