package catalogue_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"forecourt/kernel/rest"
	"forecourt/modules/catalogue"
	"forecourt/policies/policiestest"
)

func TestTheOperatorsLogSaysWhoImported(t *testing.T) {
	t.Parallel()
	e := policiestest.New(t)
	s := catalogue.New(e.DB)
	if err := e.Platform.CreateOperator(t.Context(), "operator", "平台运营", policiestest.Password); err != nil {
		t.Fatal(err)
	}
	token, _, err := e.Platform.SignIn(t.Context(), "operator", policiestest.Password)
	if err != nil {
		t.Fatal(err)
	}
	as, err := e.Platform.Enter(t.Context(), rest.Request{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	const one = "brand,maker,series,model_year,model,source_id\n丰田,广汽丰田,凯美瑞,2019,2019款 2.0G,1\n"
	for _, x := range []struct {
		ctx  context.Context
		text string
		dry  bool
	}{{as, one, true}, {as, one, false}, {as, one + "a,line,too,short\n", false}, {t.Context(), one, false}} {
		if _, err := s.ImportModels(x.ctx, strings.NewReader(x.text), x.dry); err != nil {
			t.Fatal(err)
		}
	}
	var lines []struct {
		Operator string
		Detail   string
	}
	err = e.DB.Platform(t.Context(), func(tx bun.Tx) error {
		return tx.NewRaw(`SELECT coalesce(o.login, '') AS operator, l.detail::text AS detail FROM operator_log l LEFT JOIN operators o ON o.id = l.operator_id
			WHERE l.action = 'import_models' ORDER BY l.id`).Scan(t.Context(), &lines)
	})
	if err != nil || len(lines) != 2 { // neither the preview nor the file with a mistake imported anything
		t.Fatalf("%+v, %v", lines, err)
	}
	if lines[0].Operator != "operator" || lines[0].Detail != `{"new": 1, "rows": 1, "changed": 0}` {
		t.Errorf("the operator's import: %+v", lines[0])
	}
	if lines[1].Operator != "" {
		t.Errorf("the program's own import: %+v", lines[1])
	}
}
