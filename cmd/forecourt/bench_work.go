package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/search"
	"forecourt/modules/contract"
)

// workload is one kind of request.
type workload struct {
	name string
	// request writes the i-th request of a seat, or returns errSupply.
	request func(s *seat, i int) ([]byte, error)
	// blanks makes the script of a request that writes, from what was heard and what was answered; nil: the request only reads, and a
	// seat has so many variants of it.
	blanks func(l *loader, s *seat, heard heard, a answered) (script, error)
	drafts bool // it uses contracts up
}

// answered is what a write says of its record.
type answered struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Status string `json:"status"`
}

func get(path func(k known) string) func(*seat, int) ([]byte, error) {
	return func(s *seat, i int) ([]byte, error) {
		return s.pass.request(http.MethodGet, path(s.people[i%len(s.people)]), nil, ""), nil
	}
}

var workloads = []workload{
	{name: "list of 50", request: get(func(known) string { return "/customers?limit=50" })},
	{name: "search by two characters", request: get(func(k known) string {
		return "/customers?limit=50&q=" + url.QueryEscape(string([]rune(k.Name)[:2]))
	})},
	{name: "search by phone tail", request: get(func(k known) string { return "/customers?limit=50&q=" + k.Mobile[len(k.Mobile)-4:] })},
	{name: "open a customer", request: get(func(k known) string { return "/customers/" + k.ID.String() })},
	{name: "create a customer", request: newCustomer, blanks: customerBlanks},
	{name: "submit a contract", request: submitDraft, blanks: draftBlanks, drafts: true},
}

const benchName = "车小压"

func newCustomer(s *seat, _ int) ([]byte, error) {
	body, err := json.Marshal(map[string]string{"type": "individual", "name": benchName, "mobile": s.newMobile(), "source": "walk_in", "level": "B"})
	return s.pass.request(http.MethodPost, "/customers", body, id.New().String()), err
}

// customerBlanks leaves the mobile open, its tails and the keys of the number, which are known once the insert has answered.
func customerBlanks(_ *loader, s *seat, heard heard, a answered) (script, error) {
	mobile := fmt.Sprintf("199%08d", s.mobiles.Load())
	tail := func(m string, n int) string { return `"=` + m[len(m)-n:] + `"` }
	more := []string{mobile, tail(mobile, 6), tail(mobile, 4), keysSQL(search.Keys(a.Number))}
	return newScript(heard.trips, heard.since, more, func() ([]string, error) {
		m := s.newMobile()
		return []string{m, tail(m, 6), tail(m, 4), lateKeys}, nil
	})
}

// next takes a draft from the supply.
func (s *seat) next() (known, error) {
	if len(s.drafts) == 0 {
		return known{}, errSupply
	}
	d := s.drafts[0]
	s.drafts = s.drafts[1:]
	return d, nil
}

func submitDraft(s *seat, _ int) ([]byte, error) {
	d, err := s.next()
	return s.pass.request(http.MethodPost, "/contracts/"+d.ID.String()+"/submit", nil, id.New().String()), err
}

// draftBlanks leaves the contract open, and the search keys that its number gives. Everything else is the same in all drafts of a seat.
func draftBlanks(l *loader, s *seat, heard heard, a answered) (script, error) {
	keys := func(number string) string {
		return keysSQL(l.sheets.contract.keys(&contract.Contract{Base: record.Base{Number: number}, ModelName: s.model}))
	}
	return newScript(heard.trips, heard.since, []string{a.ID, keys(a.Number)}, func() ([]string, error) {
		d, err := s.next()
		return []string{d.ID.String(), keys(d.Name)}, err
	})
}
