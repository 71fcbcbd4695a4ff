package record

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

type thing struct {
	bun.BaseModel `bun:"table:things"`
	Base
	Name   string       `bun:"name" json:"name"`
	Mobile string       `bun:"mobile" json:"mobile"`
	Price  money.Amount `bun:"price" json:"price"`
	Cost   money.Amount `bun:"cost" json:"cost"`
	Day    clock.Day    `bun:"day,nullzero" json:"day"`
	Tone   string       `bun:"tone" json:"tone"`
}

var things = New("thing", "things", "东西", "Thing", func(x *thing, k *Kind[thing]) {
	k.Text(&x.Name, "名称", "Name").Must().Max(10).Search().Sort()
	k.Text(&x.Mobile, "手机", "Mobile").Secret(MaskMobile).Search()
	k.Money(&x.Price, "价格", "Price").Sort()
	k.Money(&x.Cost, "成本", "Cost").Internal()
	k.Date(&x.Day, "日期", "Day").Sort()
	k.Choice(&x.Tone, "色", "Tone", Of("red", "红", "Red"), Of("blue", "蓝", "Blue"))
	k.Title("name", "")
	k.List("-createdAt", "number", "name", "price")
})

var me = View{Tenant: uuid.New(), User: uuid.New(), Company: uuid.New(), Now: time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC), Zone: clock.China}

func TestFilter(t *testing.T) {
	for raw, want := range map[string]string{
		`[["name","=","王"]]`:                                      " AND t.name = $1",
		`[["price",">=","100.00"],["day","<","2026-01-01"]]`:      " AND t.price >= $1 AND t.day < $2",
		`[["or",["tone","=","red"],["and",["day","null",true]]]]`: " AND (t.tone = $1 OR (t.day IS NULL))",
		`[["not",["tone","in",["red","blue"]]]]`:                  " AND NOT (t.tone IN ($1,$2))",
		`[["ownerId","=","@me"]]`:                                 " AND t.owner_id = $1",
	} {
		var q SQL
		if err := things.filter(&q, raw, me, false); err != nil || q.String() != want {
			t.Errorf("%s\n got %s, %v\nwant %s", raw, q.String(), err, want)
		}
	}
}

func TestTodayIsTheTenantsDay(t *testing.T) {
	var q SQL
	if err := things.filter(&q, `[["day","<=","@today+7"]]`, me, false); err != nil || q.Args[0] != "2026-12-02" { // 02:00 on the 25th in Shanghai
		t.Errorf("got %v, %v", q.Args, err)
	}
}

func TestFilterRefuses(t *testing.T) {
	for raw, want := range map[string]error{
		`nonsense`:                       ErrFilter,
		`[["nothing","=","x"]]`:          ErrField,
		`[["mobile","=","13800138000"]]`: ErrField, // masked: a filter would guess what the mask hides
		`[["cost",">","1.00"]]`:          ErrField, // hidden
		`[["name","~","x"]]`:             ErrOperator,
		`[["price","=","1.234"]]`:        ErrValue,
		`[["day","=","99999-01-01"]]`:    ErrValue,
		`[["id","=","x' OR 1=1"]]`:       ErrValue,
		`[` + strings.Repeat(`["name","=","x"],`, 41) + `["name","=","x"]]`: ErrTooMany,
		`[["or",["or",["or",["or",["or",["name","=","x"]]]]]]]`:             ErrTooMany,
	} {
		var q SQL
		if err := things.filter(&q, raw, me, false); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", raw, err, want)
		}
	}
}

func TestFieldRuleOpensField(t *testing.T) {
	v := me
	v.Set = &access.Set{Fields: map[string]access.Visibility{"thing.cost": access.Shown}}
	var q SQL
	if err := things.filter(&q, `[["cost",">","1.00"]]`, v, false); err != nil {
		t.Error(err)
	}
}

func TestRowIsMaskedOnItsWayOut(t *testing.T) {
	if _, err := NewRegistry(things.Spec); err == nil {
		t.Fatal("a reference without its kind was taken")
	}
	r := &Registry{by: map[string]*Spec{}}
	fields := []*Field{things.by["name"], things.by["mobile"], things.by["cost"], things.by["price"]}
	row := [][]byte{[]byte(`a"<b`), []byte("13800138000"), []byte("100"), []byte("19980000")}
	got := string(r.appendJSON(nil, me, fields, row))
	if want := `{"name":"a\"\u003cb","mobile":"138****8000","price":"199800.00"}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{"13800138000": "138****8000", "1234": "****", "": "", "王小明住在深圳福田": "王小明**深圳福田"} {
		if got := MaskMobile(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// allFields joins the names of the fields that a fault is about.
func allFields(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	names := f.Field
	for _, m := range f.More {
		names += " " + m.Field
	}
	return names
}

func TestCheckListsEveryMistake(t *testing.T) {
	err := things.Check(&thing{Tone: "green", Mobile: strings.Repeat("1", 201)})
	for _, want := range []string{"name", "mobile", "tone"} {
		if !strings.Contains(allFields(err), want) {
			t.Errorf("%s is not named in %v", want, err)
		}
	}
}

func TestDeclarationMistakesPanic(t *testing.T) {
	defer func() {
		r, _ := recover().(string)
		for _, want := range []string{"column mobile is not declared", "title: no field nothing", "a choice without options"} {
			if !strings.Contains(r, want) {
				t.Errorf("%q is not in %q", want, r)
			}
		}
	}()
	New("bad", "bad", "坏", "Bad", func(x *thing, k *Kind[thing]) {
		k.Text(&x.Name, "名称", "Name")
		k.Choice(&x.Tone, "色", "Tone")
		k.Title("nothing", "")
	})
}
