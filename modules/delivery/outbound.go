package delivery

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of an outbound.
var (
	ErrUnpaid = fault.New(fault.Conflict, "delivery.unpaid", "尚欠 %s，付清后再出库", "%s is still owed; the vehicle leaves when it is paid")
	ErrOut    = fault.New(fault.Conflict, "delivery.outbound_done", "该合同已出库", "The vehicle of this contract has left already")
)

// Outbound says that a vehicle left the store.
type Outbound struct {
	bun.BaseModel `bun:"table:outbounds"`
	record.Base
	ContractID uuid.UUID `bun:"contract_id,type:uuid" json:"contractId"`
	VehicleID  uuid.UUID `bun:"vehicle_id,type:uuid" json:"vehicleId"`
	VIN        string    `bun:"vin" json:"vin"`
	At         time.Time `bun:"at" json:"at"`
	KeeperID   uuid.UUID `bun:"keeper_id,type:uuid,nullzero" json:"keeperId"`
}

// OutboundKind is the declaration of outbounds.
var OutboundKind = record.New("outbound", "outbounds", "销售出库", "Outbound", func(m *Outbound, k *record.Kind[Outbound]) {
	k.Ref(&m.ContractID, "contract", "合同", "Contract").Must()
	k.Ref(&m.VehicleID, "vehicle", "车辆", "Vehicle").Fixed()
	k.Text(&m.VIN, "车架号", "VIN").Fixed().Search().As("vin").Max(40)
	k.Time(&m.At, "出库时间", "Left at").Fixed().Sort()
	k.Ref(&m.KeeperID, "user", "库管员", "Keeper").Fixed()

	k.Numbered("CK")
	k.Paper(record.Paper{
		Title:   fault.Text{Zh: "车辆出库单", En: "Vehicle delivery note"},
		Fields:  []string{"contractId", "vin", "at", "keeperId"},
		Signers: []fault.Text{{Zh: "库管员", En: "Keeper"}, {Zh: "提车人", En: "Taken by"}, {Zh: "门卫放行", En: "Gate"}},
	})
	k.FillsIn("outbound:create")
	k.Title("number", "vin")
	k.List("-at", "number", "contractId", "vehicleId", "vin", "at", "keeperId")
	k.Form("出库", "Outbound", "contractId")
	k.View("mine", "我的出库", "My outbounds", `[["keeperId","=","@me"]]`, "-at")
})

// OutboundInput names the contract whose vehicle leaves.
type OutboundInput struct {
	ContractID string `json:"contractId" format:"uuid"`
}

// Deliver takes the vehicle of an invoiced and fully paid contract out of the store. It returns ErrUnpaid, ErrOut, ErrNoVehicle,
// flow.ErrNotAllowed, record.ErrTarget at contractId, what the stock refuses, or a denied fault.
func (s *Service) Deliver(ctx context.Context, a tenants.Actor, in OutboundInput) (*Outbound, error) {
	var m *Outbound
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		c, err := s.contract(ctx, tx, "outbound:create", in.ContractID)
		if err != nil {
			return err
		}
		if c.Paid < c.Total {
			return ErrUnpaid.With(c.Total - c.Paid).At("contractId")
		}
		m = &Outbound{Base: of(c), ContractID: c.ID, VehicleID: c.Vehicle, At: tx.Now, KeeperID: tx.Actor.User}
		if m.VIN, err = s.stock.VIN(ctx, tx, c.Vehicle); err != nil {
			return err
		}
		if err := OutboundKind.Create(ctx, tx.Tx, m); err != nil {
			if database.Violates(err, "outbounds_contract") {
				return ErrOut.At("contractId").Because(err)
			}
			return err
		}
		if _, err := s.contracts.Outbound(ctx, tx, c.ID, m.Number); err != nil {
			return err
		}
		return s.stock.Deliver(ctx, tx, c.Vehicle, c.ID, m.Number)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}
