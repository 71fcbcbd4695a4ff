// Package catalogue keeps what can be sold beside the vehicles themselves: the models of the platform's catalogue that a group
// subscribes to, the group's accessories, and its price list.
package catalogue

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// VehicleModel is a configuration that a maker sells, as the groups that subscribe to its brand see it.
type VehicleModel struct {
	bun.BaseModel `bun:"table:vehicle_models"`
	TenantID      uuid.UUID    `bun:"tenant_id,pk,type:uuid" json:"-"`
	ID            uuid.UUID    `bun:"id,pk,type:uuid" json:"id"`
	Brand         string       `bun:"brand" json:"brand"`
	Maker         string       `bun:"maker" json:"maker"`
	Series        string       `bun:"series" json:"series"`
	ModelYear     int          `bun:"model_year" json:"modelYear"`
	Name          string       `bun:"name" json:"name"`
	FullName      string       `bun:"full_name" json:"fullName"`
	GuidePrice    money.Amount `bun:"guide_price,nullzero" json:"guidePrice"`
}

// ModelKind declares vehicle models. They are read only: the platform's operators import them.
var ModelKind = record.New("vehicle_model", "vehicle-models", "车型", "Vehicle model", func(m *VehicleModel, k *record.Kind[VehicleModel]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.FullName, "车型全称", "Full name").Must().Search().Sort().Fixed().Max(401)
	k.Text(&m.Brand, "品牌", "Brand").Must().Fixed()
	k.Text(&m.Maker, "厂商", "Maker").Must().Fixed()
	k.Text(&m.Series, "车系", "Series").Must().Fixed()
	k.Int(&m.ModelYear, "年款", "Model year").Sort().Fixed()
	k.Text(&m.Name, "配置", "Configuration").Must().Sort().Fixed()
	k.Money(&m.GuidePrice, "指导价", "Guide price").Fixed()

	k.Title("fullName", "maker")
	k.List("fullName", "brand", "series", "modelYear", "name", "maker", "guidePrice")
	k.TenantWide()
	k.Related("vehicle", "modelId", "车辆", "Vehicles")
	k.Related("price", "modelId", "价格", "Prices")
})

// Service is what can be done with the catalogue.
type Service struct{ db *tenants.DB }

// New makes the service.
func New(db *tenants.DB) *Service { return &Service{db} }

// ModelInfo is what documents need of a vehicle model. Name is the full one, with the series.
type ModelInfo struct {
	ID         uuid.UUID
	Name       string
	Brand      string
	Series     string
	GuidePrice money.Amount // 0: the maker named none
}

// Model reads a vehicle model. It returns record.ErrTarget when there is none, the group does not subscribe to its brand, or
// the actor may not read models.
func (s *Service) Model(ctx context.Context, tx tenants.Tx, id uuid.UUID) (ModelInfo, error) {
	m, err := peek(ctx, tx, ModelKind, id)
	if err != nil {
		return ModelInfo{}, err
	}
	return ModelInfo{m.ID, m.FullName, m.Brand, m.Series, m.GuidePrice}, nil
}

// ModelName reads the full name of a vehicle model. It returns record.ErrTarget.
func (s *Service) ModelName(ctx context.Context, tx tenants.Tx, id uuid.UUID) (string, error) {
	m, err := s.Model(ctx, tx, id)
	return m.Name, err
}

// peek reads a record that the actor may refer to, or returns record.ErrTarget.
func peek[T any](ctx context.Context, tx tenants.Tx, k *record.Kind[T], id uuid.UUID) (*T, error) {
	if _, err := tx.Can(k.Read); err != nil {
		return nil, record.ErrTarget.Because(err)
	}
	m, err := k.Peek(ctx, tx.Tx, access.Scope{All: true}, id) // every kind of the catalogue is tenant-wide
	if errors.Is(err, record.ErrMissing) {
		return nil, record.ErrTarget.Because(err)
	}
	return m, err
}

// at puts a fault at field; other errors stay what they are.
func at(err error, field string) error {
	var f *fault.Fault
	if errors.As(err, &f) && f.Field == "" {
		return f.At(field)
	}
	return err
}

func put[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
