package vehicle_test

import (
	"testing"

	"pgregory.net/rapid"

	"forecourt/modules/vehicle"
)

// TestWalk lets vehicles take random steps: a sale is never skipped, and what has left stays away.
func TestWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		status, reserved, inspected := vehicle.StatusPlanned, false, false
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			action := vehicle.Action(rapid.SampledFrom(vehicle.Flow.All()).Draw(t, "action").Name)
			move, err := vehicle.Flow.Next(status, action)
			if status == vehicle.StatusDelivered || status == vehicle.StatusReturned {
				if err == nil {
					t.Fatalf("%s after %s", action, status)
				}
				return
			}
			if err != nil {
				continue
			}
			status = move.To
			switch action {
			case vehicle.ActionPassPDI:
				inspected = true
			case vehicle.ActionReserve:
				reserved = true
			case vehicle.ActionReleaseReservation:
				reserved = false
			case vehicle.ActionInvoice, vehicle.ActionDeliver:
				if !reserved || !inspected {
					t.Fatalf("%s without a reservation or an inspection", action)
				}
			}
			if status == vehicle.StatusAvailable && reserved {
				t.Fatal("available and reserved")
			}
		}
	})
}
