package catalogue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of the price list.
var (
	ErrAmount   = fault.New(fault.Invalid, "price.amount", "价格应大于零", "A price is more than zero")
	ErrValidity = fault.New(fault.Invalid, "price.validity", "失效日期不能早于生效日期", "A price does not end before it begins")
	ErrBegins   = fault.New(fault.Invalid, "price.begins", "请填写生效日期", "Give the day from which the price holds")
)

// PriceType says what a price is for.
type PriceType string

// The types: what the customer is asked for, and below what nobody sells.
const (
	Retail PriceType = "retail"
	Floor  PriceType = "floor"
)

// Price is an entry of the price list. An empty company stands for the whole group, an empty ValidTo for no end.
type Price struct {
	bun.BaseModel `bun:"table:prices"`
	record.Base
	PriceType PriceType    `bun:"price_type" json:"priceType"`
	ModelID   uuid.UUID    `bun:"model_id,type:uuid" json:"modelId"`
	Amount    money.Amount `bun:"amount" json:"amount"`
	ValidFrom clock.Day    `bun:"valid_from" json:"validFrom"`
	ValidTo   clock.Day    `bun:"valid_to,nullzero" json:"validTo"`
}

// PriceKind declares the price list.
var PriceKind = record.New("price", "prices", "价格", "Price", func(m *Price, k *record.Kind[Price]) {
	company := k.Field("companyId")
	company.ReadOnly, company.Label = false, fault.Text{Zh: "适用公司（空为全集团）", En: "Company (empty: the whole group)"}
	k.Choice(&m.PriceType, "价格类型", "Type", record.Of(string(Retail), "零售价", "Retail"), record.Of(string(Floor), "最低限价", "Floor")).Must()
	k.Ref(&m.ModelID, "vehicle_model", "车型", "Model").Must()
	k.Money(&m.Amount, "金额", "Amount").Must()
	k.Date(&m.ValidFrom, "生效日期", "Valid from").Must().Sort().Begin("@today")
	k.Date(&m.ValidTo, "失效日期", "Valid to")

	k.Numbered("JG")
	k.Title("number", "priceType")
	k.List("-validFrom", "number", "modelId", "priceType", "companyId", "amount", "validFrom", "validTo")
	k.Form("价格", "Price", "modelId", "priceType", "companyId", "amount")
	k.Form("有效期", "Validity", "validFrom", "validTo")
	k.TenantWide()
	k.View("now", "现行价格", "In force", `[["validFrom","<=","@today"],["or",["validTo","null",true],["validTo",">=","@today"]]]`, "-validFrom")
	k.View("company", "本公司", "My company's", `[["companyId","=","@company"]]`, "-validFrom")
})

// PriceInput is a new entry as somebody enters it. Without a company it holds for the whole group.
type PriceInput struct {
	ModelID   string       `json:"modelId" format:"uuid"`
	PriceType PriceType    `json:"priceType" enum:"retail,floor"`
	CompanyID string       `json:"companyId,omitempty" maxLength:"36"`
	Amount    money.Amount `json:"amount"`
	ValidFrom clock.Day    `json:"validFrom"`
	ValidTo   *clock.Day   `json:"validTo,omitempty"`
}

// PriceEdit is what changes; a field that is absent stays.
type PriceEdit struct {
	ModelID   *string       `json:"modelId,omitempty" format:"uuid"`
	PriceType *PriceType    `json:"priceType,omitempty" enum:"retail,floor"`
	CompanyID *string       `json:"companyId,omitempty" maxLength:"36"`
	Amount    *money.Amount `json:"amount,omitempty"`
	ValidFrom *clock.Day    `json:"validFrom,omitempty"`
	ValidTo   *clock.Day    `json:"validTo,omitempty"`
}

// CreatePrice adds an entry. It returns ErrAmount, ErrBegins, ErrValidity, record.ErrTarget at modelId or companyId, or a denied
// fault when the grant does not cover the company.
func (s *Service) CreatePrice(ctx context.Context, a tenants.Actor, in PriceInput) (*Price, error) {
	m := &Price{}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can("price:create")
		if err != nil {
			return err
		}
		if err := s.fill(ctx, tx, m, PriceEdit{&in.ModelID, &in.PriceType, &in.CompanyID, &in.Amount, &in.ValidFrom, in.ValidTo}); err != nil {
			return err
		}
		if !scope.Covers(m.CompanyID, uuid.Nil, uuid.Nil) {
			return rest.ErrDenied
		}
		m.OwnerID = a.User
		return PriceKind.Create(ctx, tx.Tx, m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// EditPrice changes an entry. It returns record.ErrMissing, record.ErrStale and the errors of CreatePrice.
func (s *Service) EditPrice(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in PriceEdit) (*Price, error) {
	var m *Price
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can("price:edit")
		if err != nil {
			return err
		}
		if m, err = PriceKind.Lock(ctx, tx.Tx, tx, "price:edit", id, version); err != nil {
			return err
		}
		if !scope.Covers(m.CompanyID, uuid.Nil, uuid.Nil) { // the list is the whole group's, but a grant may be for one company
			return rest.ErrDenied
		}
		before := *m
		if err := s.fill(ctx, tx, m, in); err != nil {
			return err
		}
		if !scope.Covers(m.CompanyID, uuid.Nil, uuid.Nil) {
			return rest.ErrDenied
		}
		return PriceKind.Save(ctx, tx.Tx, &before, m, "edit")
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// fill takes what is given and checks the whole.
func (s *Service) fill(ctx context.Context, tx tenants.Tx, m *Price, in PriceEdit) error {
	put(&m.PriceType, in.PriceType)
	put(&m.Amount, in.Amount)
	put(&m.ValidFrom, in.ValidFrom)
	put(&m.ValidTo, in.ValidTo)
	switch {
	case m.Amount <= 0:
		return ErrAmount.At("amount")
	case m.ValidFrom == "":
		return ErrBegins.At("validFrom")
	case m.ValidTo != "" && m.ValidTo < m.ValidFrom:
		return ErrValidity.At("validTo")
	}
	if in.ModelID != nil {
		id, err := uuid.Parse(*in.ModelID)
		if err != nil {
			return record.ErrTarget.At("modelId").Because(err)
		}
		if _, err := s.Model(ctx, tx, id); err != nil {
			return at(err, "modelId")
		}
		m.ModelID = id
	}
	if in.CompanyID != nil {
		return setCompany(ctx, tx, m, *in.CompanyID)
	}
	return nil
}

// setCompany takes a company of the tenant; "" is the whole group.
func setCompany(ctx context.Context, tx tenants.Tx, m *Price, given string) error {
	if given == "" {
		m.CompanyID = uuid.Nil
		return nil
	}
	id, err := uuid.Parse(given)
	if err != nil {
		return record.ErrTarget.At("companyId").Because(err)
	}
	found, err := tx.NewSelect().TableExpr("org_units").ColumnExpr("1").Where("tenant_id = ? AND id = ? AND kind = 'company'", tx.Tenant, id).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for company %s: %w", id, err)
	}
	if !found {
		return record.ErrTarget.At("companyId")
	}
	m.CompanyID = id
	return nil
}

// Price answers what a model costs at a company today, by the tenant's calendar: the company's own entry before the group's, then the
// one that began last. ok is false when the list names no price. priceType is "retail" or "floor".
func (s *Service) Price(ctx context.Context, tx tenants.Tx, model, company uuid.UUID, priceType string) (amount money.Amount, ok bool, err error) {
	today := clock.DayOf(tx.Now, tx.Zone)
	err = tx.NewSelect().TableExpr("prices").ColumnExpr("amount").
		Where("tenant_id = ? AND model_id = ? AND price_type = ?", tx.Tenant, model, priceType).
		Where("(company_id IS NULL OR company_id = ?)", company).
		Where("valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)", string(today), string(today)).
		OrderExpr("company_id IS NULL, valid_from DESC, created_at DESC, id DESC").Limit(1).Scan(ctx, &amount)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("price of model %s: %w", model, err)
	}
	return amount, true, nil
}
