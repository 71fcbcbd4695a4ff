package catalogue

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of accessories.
var (
	ErrCode    = fault.New(fault.Conflict, "accessory.code_taken", "编码「%s」已被使用", "The code %q is taken")
	ErrSum     = fault.New(fault.Invalid, "catalogue.sum", "金额不能为负", "A sum is not negative")
	ErrRetired = fault.New(fault.Invalid, "accessory.retired", "饰品「%s」已停售", "%q is no longer sold")
)

// Status says whether an accessory is still sold.
type Status string

// The statuses.
const (
	StatusActive  Status = "active"
	StatusRetired Status = "retired"
)

// Accessory is a thing that a contract may add to a vehicle. It is kept at the group, so its company is empty.
type Accessory struct {
	bun.BaseModel `bun:"table:accessories"`
	record.Base
	Code   string       `bun:"code" json:"code"`
	Name   string       `bun:"name" json:"name"`
	Unit   string       `bun:"unit" json:"unit"`
	Price  money.Amount `bun:"price" json:"price"`
	Status Status       `bun:"status" json:"status"`
}

// AccessoryKind declares accessories.
var AccessoryKind = record.New("accessory", "accessories", "饰品", "Accessory", func(m *Accessory, k *record.Kind[Accessory]) {
	active, retired := record.Of(string(StatusActive), "在售", "Active"), record.Of(string(StatusRetired), "停售", "Retired")
	active.Tone, retired.Tone = flow.Green, flow.Grey
	k.Text(&m.Code, "编码", "Code").Must().Search().Sort().Max(40)
	k.Text(&m.Name, "名称", "Name").Must().Search().Sort().Max(100)
	k.Text(&m.Unit, "单位", "Unit").Must().Max(10)
	k.Money(&m.Price, "售价", "Price").Must().Sort()
	k.Choice(&m.Status, "状态", "Status", active, retired).Must().Begin("active")

	k.Numbered("SP")
	k.Title("name", "code")
	k.List("code", "code", "name", "unit", "price", "status")
	k.Form("饰品", "Accessory", "code", "name", "unit", "price", "status")
	k.TenantWide()
	k.View("active", "在售", "Active", `[["status","=","active"]]`, "code")
	k.View("retired", "停售", "Retired", `[["status","=","retired"]]`, "code")
})

// AccessoryInput is a new accessory as somebody enters it.
type AccessoryInput struct {
	Code   string       `json:"code" minLength:"1" maxLength:"40"`
	Name   string       `json:"name" minLength:"1" maxLength:"100"`
	Unit   string       `json:"unit" minLength:"1" maxLength:"10"`
	Price  money.Amount `json:"price"`
	Status Status       `json:"status,omitempty" enum:"active,retired" default:"active"`
}

// AccessoryEdit is what changes; a field that is absent stays.
type AccessoryEdit struct {
	Code   *string       `json:"code,omitempty" minLength:"1" maxLength:"40"`
	Name   *string       `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Unit   *string       `json:"unit,omitempty" minLength:"1" maxLength:"10"`
	Price  *money.Amount `json:"price,omitempty"`
	Status *Status       `json:"status,omitempty" enum:"active,retired"`
}

// CreateAccessory adds an accessory to the group. It returns ErrCode, ErrSum, record.ErrNeeded or a denied fault.
func (s *Service) CreateAccessory(ctx context.Context, a tenants.Actor, in AccessoryInput) (*Accessory, error) {
	m := &Accessory{Code: in.Code, Name: in.Name, Unit: in.Unit, Price: in.Price, Status: in.Status}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("accessory:create"); err != nil {
			return err
		}
		if m.Status == "" {
			m.Status = StatusActive
		}
		m.OwnerID = a.User
		if err := m.check(); err != nil {
			return err
		}
		return m.taken(AccessoryKind.Create(ctx, tx.Tx, m))
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// EditAccessory changes an accessory. It returns record.ErrMissing, record.ErrStale and the errors of CreateAccessory.
func (s *Service) EditAccessory(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in AccessoryEdit) (*Accessory, error) {
	var m *Accessory
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = AccessoryKind.Lock(ctx, tx.Tx, tx, "accessory:edit", id, version); err != nil {
			return err
		}
		before := *m
		put(&m.Code, in.Code)
		put(&m.Name, in.Name)
		put(&m.Unit, in.Unit)
		put(&m.Price, in.Price)
		put(&m.Status, in.Status)
		if err := m.check(); err != nil {
			return err
		}
		return m.taken(AccessoryKind.Save(ctx, tx.Tx, &before, m, "edit"))
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Accessory) check() error {
	m.Code, m.Name, m.Unit = strings.TrimSpace(m.Code), strings.TrimSpace(m.Name), strings.TrimSpace(m.Unit)
	if m.Price < 0 {
		return ErrSum.At("price")
	}
	return nil
}

func (m *Accessory) taken(err error) error {
	if database.Violates(err, "accessories_code") {
		return ErrCode.With(m.Code).At("code").Because(err)
	}
	return err
}

// AccessoryInfo is what documents need of an accessory.
type AccessoryInfo struct {
	ID    uuid.UUID
	Name  string
	Price money.Amount
}

// Accessory reads an accessory that is sold. It returns record.ErrTarget or ErrRetired.
func (s *Service) Accessory(ctx context.Context, tx tenants.Tx, id uuid.UUID) (AccessoryInfo, error) {
	m, err := peek(ctx, tx, AccessoryKind, id)
	if err != nil {
		return AccessoryInfo{}, err
	}
	if m.Status == StatusRetired {
		return AccessoryInfo{}, ErrRetired.With(m.Name)
	}
	return AccessoryInfo{m.ID, m.Name, m.Price}, nil
}
