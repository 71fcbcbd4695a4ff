package vehicle_test

import (
	"errors"
	"testing"

	"forecourt/modules/vehicle"
)

func TestCheckVIN(t *testing.T) {
	for _, c := range []struct {
		vin  string
		want error
	}{
		{"1M8GDM9AXKP042788", nil}, // the check digit is X
		{"5GZCZ43D13S812715", nil},
		{"1HGCM82633A004352", nil},
		{"JHMCM56557C404453", nil},
		{"LVSHCAMB1CE054249", nil}, // Chinese
		{"LFV3A23C5D3027632", vehicle.ErrVINCheck},
		{"11111111111111111", nil},
		{"WP0ZZZ99ZTS392124", vehicle.ErrVINCheck}, // European: Z where the digit belongs
		{"1M8GDM9A1KP042788", vehicle.ErrVINCheck},
		{"5GZCZ43D13S812751", vehicle.ErrVINCheck}, // two swapped
		{"1M8GDM9AXKP04278", vehicle.ErrVINLength},
		{"1M8GDM9AXKP0427881", vehicle.ErrVINLength},
		{"", vehicle.ErrVINLength},
		{"1M8GDM9AXKPO42788", vehicle.ErrVINCharacter}, // the letter O
		{"IM8GDM9AXKP042788", vehicle.ErrVINCharacter},
		{"1M8GDM9AXKP04278车", vehicle.ErrVINCharacter},
		{"1m8GDM9AXKP042788", vehicle.ErrVINCharacter}, // not tidied
	} {
		if err := vehicle.CheckVIN(c.vin); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", c.vin, err, c.want)
		}
	}
}

func TestTidyVIN(t *testing.T) {
	for given, want := range map[string]string{
		" 1m8gdm9axkp042788 ": "1M8GDM9AXKP042788", "1M8-GDM9A XKP042788": "1M8GDM9AXKP042788", "１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８": "1M8GDM9AXKP042788", "": "",
	} {
		if got := vehicle.TidyVIN(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
