package tenants

import (
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
)

// User is a person of a tenant.
type User struct {
	bun.BaseModel `bun:"table:users"`
	ID            uuid.UUID `bun:"id,pk,type:uuid" json:"id"`
	Version       int       `bun:"version" json:"version"`
	Login         string    `bun:"login" json:"login"`
	Name          string    `bun:"name" json:"name"`
	Mobile        string    `bun:"mobile,nullzero" json:"mobile"`
	Email         string    `bun:"email,nullzero" json:"email"`
	ValidTo       clock.Day `bun:"valid_to,nullzero" json:"validTo"`
	Status        string    `bun:"status" json:"status"`
}

// UserKind declares users for lists and as the target of references. The password's hash is no field.
var UserKind = record.New("user", "users", "用户", "User", func(u *User, k *record.Kind[User]) {
	k.ID(&u.ID, "标识", "ID")
	k.Int(&u.Version, "版本", "Version").Fixed()
	k.Text(&u.Name, "姓名", "Name").Must().Max(60).Sort().Search()
	k.Text(&u.Login, "登录名", "Login").Must().Max(40).Sort().Search()
	k.Text(&u.Mobile, "手机", "Mobile").Max(11)
	k.Text(&u.Email, "邮箱", "E-mail").Max(100)
	k.Date(&u.ValidTo, "账号有效期至", "Account valid to")
	k.Choice(&u.Status, "状态", "Status",
		record.Option{Value: "active", Label: text("启用", "Active"), Tone: flow.Green},
		record.Option{Value: "disabled", Label: text("停用", "Disabled"), Tone: flow.Grey}).Fixed()
	k.Title("name", "login")
	k.List("name", "name", "login", "status")
	k.TenantWide()
	k.Says("add_posting", "新增任职", "Gave a posting")
	k.Says("end_posting", "结束任职", "Ended a posting")
	k.Says("set_password", "重置密码", "Set the password")
	k.Says("two_step_on", "开启两步验证", "Turned the second step on")
	k.Says("two_step_off", "关闭两步验证", "Turned the second step off")
	k.Says("two_step_reset", "重置两步验证", "Reset the second step")
	k.Says("recovery_codes", "更换恢复码", "Made new recovery codes")
	k.Says("edit_posting", "修改任职", "Changed a posting")
	k.Says("hand_over", "离职交接", "Handed work over")
	k.Says("add_absence", "登记外出", "Noted an absence")
	k.Says("end_absence", "取消外出", "Ended an absence")
	k.Says("disable", "停用", "Disabled")
	k.Says("enable", "启用", "Enabled")
	k.Says("unlock", "解锁", "Unlocked")
})

// Unit is a node of the tenant's tree.
type Unit struct {
	bun.BaseModel `bun:"table:org_units"`
	ID            uuid.UUID `bun:"id,pk,type:uuid" json:"id"`
	Version       int       `bun:"version" json:"version"`
	ParentID      uuid.UUID `bun:"parent_id,type:uuid,nullzero" json:"parentId"`
	CompanyID     uuid.UUID `bun:"company_id,type:uuid,nullzero" json:"companyId"`
	Kind          string    `bun:"kind" json:"kind"`
	Code          string    `bun:"code" json:"code"`
	Name          string    `bun:"name" json:"name"`
	ValidFrom     clock.Day `bun:"valid_from" json:"validFrom"`
	ValidTo       clock.Day `bun:"valid_to,nullzero" json:"validTo"`
	StartMonth    clock.Day `bun:"start_month,nullzero" json:"startMonth"`
	OpenedOn      clock.Day `bun:"opened_on,nullzero" json:"openedOn"`
	HeadID        uuid.UUID `bun:"head_id,type:uuid,nullzero" json:"headId"`
	MergedInto    uuid.UUID `bun:"merged_into,type:uuid,nullzero" json:"mergedIntoId"`
	Status        string    `bun:"status" json:"status"`
}

// UnitKind declares org units.
var UnitKind = record.New("org_unit", "org-units", "组织", "Org unit", func(u *Unit, k *record.Kind[Unit]) {
	k.ID(&u.ID, "标识", "ID")
	k.Int(&u.Version, "版本", "Version").Fixed()
	k.Text(&u.Name, "名称", "Name").Must().Max(60).Sort()
	k.Text(&u.Code, "编码", "Code").Must().Max(20).Sort()
	k.Choice(&u.Kind, "类型", "Type", record.Of("group", "集团", "Group"), record.Of("region", "区域", "Region"), record.Of("company", "公司", "Company"),
		record.Of("department", "部门", "Department"), record.Of("team", "班组", "Team"))
	k.Ref(&u.ParentID, "org_unit", "上级", "Parent")
	k.Ref(&u.CompanyID, "org_unit", "所属公司", "Company").Fixed()
	k.Date(&u.ValidFrom, "启用日期", "Valid from").Fixed()
	k.Date(&u.ValidTo, "关闭日期", "Valid to").Fixed()
	k.Date(&u.StartMonth, "启用月份", "First month").Fixed()
	k.Date(&u.OpenedOn, "开业日期", "Opened on").Fixed()
	k.Ref(&u.HeadID, "user", "负责人", "Head").Fixed()
	k.Ref(&u.MergedInto, "org_unit", "并入", "Merged into").Fixed()
	k.Choice(&u.Status, "状态", "Status",
		record.Option{Value: "open", Label: text("启用", "Open"), Tone: flow.Green},
		record.Option{Value: "closed", Label: text("关闭", "Closed"), Tone: flow.Grey}).Fixed()
	k.Title("name", "code")
	k.List("code", "code", "name", "kind", "parentId", "companyId", "status")
	k.TenantWide()
	k.Says("move", "移动", "Moved")
	k.Says("close", "关闭", "Closed")
	k.Says("open", "开业", "Opened for business")
	k.Says("merge", "合并", "Merged")
	k.Says("reopen", "重新启用", "Opened again")
})
