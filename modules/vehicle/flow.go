package vehicle

import "forecourt/kernel/flow"

// Status is where a vehicle stands.
type Status string

// The states.
const (
	StatusPlanned    Status = "planned"
	StatusOrdered    Status = "ordered"
	StatusInTransit  Status = "in_transit"
	StatusInspecting Status = "inspecting"
	StatusPDIFailed  Status = "pdi_failed"
	StatusAvailable  Status = "available"
	StatusHeld       Status = "held"
	StatusReserved   Status = "reserved"
	StatusInvoiced   Status = "invoiced"
	StatusDelivered  Status = "delivered"
	StatusReturned   Status = "returned"
)

// Action is a step of a vehicle.
type Action string

// The actions.
const (
	ActionOrder              Action = "order"
	ActionShip               Action = "ship"
	ActionArrive             Action = "arrive"
	ActionPassPDI            Action = "pass_pdi"
	ActionFailPDI            Action = "fail_pdi"
	ActionHold               Action = "hold"
	ActionRelease            Action = "release"
	ActionExpire             Action = "expire"
	ActionReturn             Action = "return"
	ActionReserve            Action = "reserve"
	ActionReleaseReservation Action = "release_reservation"
	ActionInvoice            Action = "invoice"
	ActionDeliver            Action = "deliver"
)

// Flow is the life of a vehicle. Purchase documents take the steps before the inspection, contracts those after the hold.
var Flow = flow.New[Status, Action]().
	Status(StatusPlanned, flow.Grey, "计划", "Planned").
	Status(StatusOrdered, flow.Grey, "已订购", "Ordered").
	Status(StatusInTransit, flow.Blue, "在途", "In transit").
	Status(StatusInspecting, flow.Amber, "待检", "Inspecting").
	Status(StatusPDIFailed, flow.Red, "检测不合格", "PDI failed").
	Status(StatusAvailable, flow.Green, "可售", "Available").
	Status(StatusHeld, flow.Amber, "预占", "Held").
	Status(StatusReserved, flow.Blue, "预留", "Reserved").
	Status(StatusInvoiced, flow.Blue, "已开票", "Invoiced").
	Status(StatusDelivered, flow.Grey, "已出库", "Delivered").
	Status(StatusReturned, flow.Grey, "已退厂", "Returned").
	Inner(ActionOrder, "订购", "Order").
	Inner(ActionShip, "发运", "Ship").
	Inner(ActionArrive, "到店", "Arrive").
	Action(ActionPassPDI, "检测合格", "Pass PDI").
	Danger(ActionFailPDI, "检测不合格", "Fail PDI").
	Action(ActionHold, "预占", "Hold").
	Action(ActionRelease, "取消预占", "Release").
	Inner(ActionExpire, "预占到期", "Hold expired").
	Danger(ActionReturn, "退厂", "Return to the maker").
	Inner(ActionReserve, "预留", "Reserve").
	Inner(ActionReleaseReservation, "取消预留", "Release the reservation").
	Inner(ActionInvoice, "开票", "Invoice").
	Inner(ActionDeliver, "出库", "Deliver").
	Row(StatusPlanned, ActionOrder, StatusOrdered, "").
	Row(StatusOrdered, ActionShip, StatusInTransit, "").
	Row(StatusInTransit, ActionArrive, StatusInspecting, "").
	Row(StatusInspecting, ActionPassPDI, StatusAvailable, "vehicle:inspect").
	Row(StatusPDIFailed, ActionPassPDI, StatusAvailable, "vehicle:inspect").
	Row(StatusInspecting, ActionFailPDI, StatusPDIFailed, "vehicle:inspect").
	Row(StatusAvailable, ActionHold, StatusHeld, "vehicle:hold").
	Row(StatusHeld, ActionRelease, StatusAvailable, "vehicle:hold").
	Row(StatusHeld, ActionExpire, StatusAvailable, "").
	Row(StatusPDIFailed, ActionReturn, StatusReturned, "vehicle:receive").
	Row(StatusAvailable, ActionReturn, StatusReturned, "vehicle:receive").
	Row(StatusAvailable, ActionReserve, StatusReserved, "").
	Row(StatusHeld, ActionReserve, StatusReserved, "").
	Row(StatusReserved, ActionReleaseReservation, StatusAvailable, "").
	Row(StatusInvoiced, ActionReleaseReservation, StatusAvailable, "").
	Row(StatusReserved, ActionInvoice, StatusInvoiced, "").
	Row(StatusInvoiced, ActionDeliver, StatusDelivered, "").
	Done()
