package delivery

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of a handover.
var (
	ErrUnchecked = fault.New(fault.Invalid, "delivery.unchecked", "「%s」未确认，不能交车", "%q is not confirmed; the vehicle is not handed over")
	ErrKeys      = fault.New(fault.Invalid, "delivery.keys", "至少交付 1 把钥匙", "At least one key is handed over")
	ErrHanded    = fault.New(fault.Conflict, "delivery.handover_done", "该合同已交车", "The vehicle of this contract is handed over already")
)

// Handover says that the buyer took the vehicle with its papers. Its event starts the callbacks.
type Handover struct {
	bun.BaseModel `bun:"table:handovers"`
	record.Base
	ContractID  uuid.UUID `bun:"contract_id,type:uuid" json:"contractId"`
	VehicleID   uuid.UUID `bun:"vehicle_id,type:uuid" json:"vehicleId"`
	CustomerID  uuid.UUID `bun:"customer_id,type:uuid" json:"customerId"`
	Mileage     int       `bun:"mileage" json:"mileage"` // km
	Certificate bool      `bun:"certificate" json:"certificate"`
	Conformity  bool      `bun:"conformity" json:"conformity"`
	Warranty    bool      `bun:"warranty" json:"warranty"`
	Manual      bool      `bun:"manual" json:"manual"`
	Keys        int       `bun:"keys" json:"keys"`
	Appearance  bool      `bun:"appearance" json:"appearance"`
	Note        string    `bun:"note,nullzero" json:"note"`
}

// HandoverKind is the declaration of handovers.
var HandoverKind = record.New("handover", "handovers", "客户交车", "Handover", func(m *Handover, k *record.Kind[Handover]) {
	k.Ref(&m.ContractID, "contract", "合同", "Contract").Must()
	k.Ref(&m.VehicleID, "vehicle", "车辆", "Vehicle").Fixed()
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Fixed()
	k.Int(&m.Mileage, "里程（公里）", "Mileage (km)").Must()
	k.Bool(&m.Certificate, "合格证", "Certificate").Must()
	k.Bool(&m.Conformity, "一致性证书", "Certificate of conformity").Must()
	k.Bool(&m.Warranty, "三包凭证", "Warranty papers").Must()
	k.Bool(&m.Manual, "说明书", "Manual").Must()
	k.Int(&m.Keys, "钥匙（把）", "Keys").Must()
	k.Bool(&m.Appearance, "外观完好", "Appearance is fine").Must()
	k.Text(&m.Note, "备注", "Note").As("multiline").Max(1000)

	k.Numbered("JC")
	k.Paper(record.Paper{
		Title:   fault.Text{Zh: "车辆交接确认单", En: "Vehicle handover sheet"},
		Fields:  []string{"customerId", "contractId", "vehicleId", "mileage", "certificate", "conformity", "warranty", "manual", "keys", "appearance", "note"},
		Terms:   fault.Text{Zh: "客户已当面验收车辆外观、内饰、随车工具及以上资料，确认无误。", En: "The customer has checked the vehicle, its tools and the papers above, and takes them over."},
		Signers: []fault.Text{{Zh: "交车人", En: "Handed over by"}, {Zh: "客户签字", En: "Customer"}},
	})
	k.FillsIn("handover:create")
	k.Title("number", "")
	k.List("-createdAt", "number", "contractId", "customerId", "vehicleId", "mileage", "keys", "ownerId", "createdAt")
	k.Form("交车", "Handover", "contractId", "mileage")
	k.Form("交付清单", "Checklist", "certificate", "conformity", "warranty", "manual", "keys", "appearance", "note")
	k.View("mine", "我的交车", "My handovers", `[["ownerId","=","@me"]]`, "-createdAt")
	k.Related("callback", "causeKey", "回访", "Callbacks")
})

// HandoverInput is the checklist that consultant and buyer go through.
type HandoverInput struct {
	ContractID  string `json:"contractId" format:"uuid"`
	Mileage     int    `json:"mileage" minimum:"0" maximum:"1000000" doc:"In km"`
	Certificate bool   `json:"certificate" doc:"合格证"`
	Conformity  bool   `json:"conformity" doc:"一致性证书"`
	Warranty    bool   `json:"warranty" doc:"三包凭证"`
	Manual      bool   `json:"manual" doc:"说明书"`
	Keys        int    `json:"keys" minimum:"0" maximum:"10"`
	Appearance  bool   `json:"appearance" doc:"外观完好"`
	Note        string `json:"note,omitempty" maxLength:"1000"`
}

// Validate returns one fault that names everything on the checklist that is missing.
func (in HandoverInput) Validate() error {
	var wrong []*fault.Fault
	for _, c := range []struct {
		name string
		done bool
	}{{"certificate", in.Certificate}, {"conformity", in.Conformity}, {"warranty", in.Warranty}, {"manual", in.Manual}, {"appearance", in.Appearance}} {
		if !c.done {
			wrong = append(wrong, ErrUnchecked.With(HandoverKind.Field(c.name).Label).At(c.name))
		}
	}
	if in.Keys < 1 {
		wrong = append(wrong, ErrKeys.At("keys"))
	}
	return fault.Join(wrong...)
}

// HandOver gives the vehicle of a contract that is out of the store to its buyer. It returns ErrUnchecked and ErrKeys at each missing
// item, ErrHanded, ErrNoVehicle, flow.ErrNotAllowed, record.ErrTarget at contractId, what the stock refuses, or a denied fault.
func (s *Service) HandOver(ctx context.Context, a tenants.Actor, in HandoverInput) (*Handover, error) {
	var m *Handover
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		c, err := s.contract(ctx, tx, "handover:create", in.ContractID)
		if err != nil {
			return err
		}
		if err := in.Validate(); err != nil {
			return err
		}
		m = &Handover{Base: of(c), ContractID: c.ID, VehicleID: c.Vehicle, CustomerID: c.Customer, Mileage: in.Mileage, Certificate: in.Certificate,
			Conformity: in.Conformity, Warranty: in.Warranty, Manual: in.Manual, Keys: in.Keys, Appearance: in.Appearance, Note: in.Note}
		if err := HandoverKind.Create(ctx, tx.Tx, m); err != nil {
			if database.Violates(err, "handovers_contract") {
				return ErrHanded.At("contractId").Because(err)
			}
			return err
		}
		if _, err := s.contracts.HandedOver(ctx, tx, c.ID, m.Number); err != nil {
			return err
		}
		return s.stock.HandOver(ctx, tx, c.Vehicle, c.ID, m.Number)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Sale is what a handover was about.
type Sale struct {
	Contract, Customer         uuid.UUID
	ContractNumber             string
	Company, Department, Owner uuid.UUID
}

// Sale reads what a handover was about, for work that follows it. It returns record.ErrMissing.
func (s *Service) Sale(ctx context.Context, tx tenants.Tx, handover uuid.UUID) (Sale, error) {
	m, err := HandoverKind.Peek(ctx, tx.Tx, access.Scope{All: true}, handover)
	if err != nil {
		return Sale{}, err
	}
	c, err := s.contracts.Sold(ctx, tx, m.ContractID)
	if err != nil {
		return Sale{}, err
	}
	return Sale{c.ID, c.Customer, c.Number, c.Company, c.Department, c.Owner}, nil
}
