package money

import (
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	good := map[string]Amount{"0": 0, "12": 1200, "-3.5": -350, "199800.00": 19980000, "0.01": 1, "100000000000.00": Limit}
	for text, want := range good {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "1.", ".5", "1.234", "1e3", "１２", "1,000", "100000000000.01", "9999999999999", "+1", "--1", " 1"} {
		if got, err := Parse(text); !errors.Is(err, ErrFormat) {
			t.Errorf("Parse(%q) = %d, %v; want ErrFormat", text, got, err)
		}
	}
}

func TestJSONNeedsText(t *testing.T) {
	var a Amount
	if err := json.Unmarshal([]byte(`12.5`), &a); err == nil {
		t.Error("a JSON number was taken")
	}
	if err := json.Unmarshal([]byte(`"12.5"`), &a); err != nil || a != 1250 {
		t.Errorf("got %d, %v", a, err)
	}
}

func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Amount(rapid.Int64Range(-int64(Limit), int64(Limit)).Draw(t, "fen"))
		if got, err := Parse(a.String()); err != nil || got != a {
			t.Fatalf("%d became %s became %d, %v", a, a, got, err)
		}
	})
}

func TestBasisPoints(t *testing.T) {
	for _, c := range []struct {
		part, whole Amount
		want        int
	}{{300, 10000, 300}, {1, 3, 3333}, {2, 3, 6667}, {5, 0, 0}, {-1, 3, -3333}, {100, 100, 10000}} {
		if got := c.part.BasisPointsOf(c.whole); got != c.want {
			t.Errorf("%d of %d = %d, want %d", c.part, c.whole, got, c.want)
		}
	}
}

func TestTimesStopsAtLimit(t *testing.T) {
	if _, ok := Limit.Times(2); ok {
		t.Error("twice the limit was taken")
	}
	if p, ok := Yuan(3).Times(4); !ok || p != Yuan(12) {
		t.Errorf("3 × 4 = %s", p)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[Amount]string{0: "¥0.00", 99: "¥0.99", 100_000: "¥1,000.00", 99_999: "¥999.99", -123_456_789: "-¥1,234,567.89"} {
		if got := in.Words(); got != want {
			t.Errorf("%d: %s, want %s", in, got, want)
		}
	}
}
