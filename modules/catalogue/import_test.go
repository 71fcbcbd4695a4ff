package catalogue_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"forecourt/kernel/database"
	"forecourt/modules/catalogue"
)

const realFile = "../../../shared/data/vehicle_models.csv.gz"

const heading = "brand,maker,series,model_year,model,source_id\n"

// fixture is as untidy as real files are.
const fixture = "\ufeffbrand,maker,series,model_year,model,source_id\r\n" +
	"丰田,广汽丰田,凯美瑞,2019,2019款 2.0G 豪华版（国VI）,1\r\n" +
	"丰田,广汽丰田,凯美瑞,2019, 2019款 2.5G 旗舰版 ,2\r\n" +
	"丰田,一汽丰田,\"RAV4，荣放\",2020,\"2020款 \"\"致\"\"享版, 四驱\",3\r\n" +
	"大众,上汽大众,途观\"L\",2018,2018款 330TSI,4\r\n" +
	"DS,长安标致雪铁龙,DS 4S,2016,2016款 1.2T,5\r\n"

func load(t *testing.T, e *env, text string) catalogue.Report {
	t.Helper()
	r, err := e.s.ImportModels(t.Context(), strings.NewReader(text), false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestImportModels(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	want := func(t *testing.T, got catalogue.Report, err error, rows, fresh, changed, same int, applied bool) {
		t.Helper()
		if err != nil || len(got.Errors) > 0 || got.Rows != rows || got.New != fresh || got.Changed != changed || got.Same != same || got.Applied != applied {
			t.Errorf("%+v, %v", got, err)
		}
	}
	t.Run("PreviewWritesNothing", func(t *testing.T) {
		for range 2 {
			got, err := e.s.ImportModels(ctx, strings.NewReader(fixture), true)
			want(t, got, err, 5, 5, 0, 0, false)
		}
	})
	t.Run("TheSameFileAgainChangesNothing", func(t *testing.T) {
		got, err := e.s.ImportModels(ctx, strings.NewReader(fixture), false)
		want(t, got, err, 5, 5, 0, 0, true)
		got, err = e.s.ImportModels(ctx, strings.NewReader(fixture), false)
		want(t, got, err, 5, 0, 0, 5, true)
	})
	t.Run("NamesStayAsTheyAreButForBlanks", func(t *testing.T) {
		var names []string
		rows, err := e.DB.Pool().QueryContext(database.WithPlatform(ctx), "SELECT full_name FROM platform_models ORDER BY source_id")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var n string
			if err := rows.Scan(&n); err != nil {
				t.Fatal(err)
			}
			names = append(names, n)
		}
		if err := rows.Err(); err != nil || !reflect.DeepEqual(names, []string{"凯美瑞 2019款 2.0G 豪华版（国VI）", "凯美瑞 2019款 2.5G 旗舰版", "RAV4，荣放 2020款 \"致\"享版, 四驱", "途观\"L\" 2018款 330TSI", "DS 4S 2016款 1.2T"}) {
			t.Errorf("%q, %v", names, err)
		}
	})
	t.Run("ChangedAndNewAreCounted", func(t *testing.T) {
		text := strings.Replace(fixture, "330TSI", "380TSI", 1) + "大众,上汽大众,朗逸,2020,2020款 1.5L,6\n"
		got, err := e.s.ImportModels(ctx, strings.NewReader(text), true)
		want(t, got, err, 6, 1, 1, 4, false)
		got, err = e.s.ImportModels(ctx, strings.NewReader(text), false)
		want(t, got, err, 6, 1, 1, 4, true)
	})
	t.Run("ColumnsInAnyOrder", func(t *testing.T) {
		got, err := e.s.ImportModels(ctx, strings.NewReader("source_id,model,Brand , maker,series,model_year\n5,2016款 1.2T,DS,长安标致雪铁龙,DS 4S,2016\n"), true)
		want(t, got, err, 1, 0, 0, 1, false)
	})
	t.Run("MistakesByLineAndNothingWritten", func(t *testing.T) {
		text := heading +
			"奥迪,一汽奥迪,A4L,2020,2020款 40 TFSI,100\n" + // 2
			"奥迪,一汽奥迪,A4L,2020\n" + // 3: two columns missing
			"奥迪,一汽奥迪,A4L,2020,  ,101\n" + // 4
			"奥迪,一汽奥迪,A4L,1979,2020款,102\n" + // 5
			"奥迪,一汽奥迪,A4L,二零,2020款,103\n" + // 6
			"奥迪,一汽奥迪,A4L,2036,2020款,100\n" + // 7: two mistakes
			"奥迪,一汽奥迪,A4L,2020,\xb0\xc2\xb5\xcf,104\n" + // 8
			"奥迪,一汽奥迪,A4L,2020," + strings.Repeat("长", 201) + ",105\n" + // 9
			"奥迪,一汽奥迪,A4L,2020,2020款,106,surplus\n" + // 10
			"奥迪,一汽奥迪,A4L,2020,a\x00b,107\n" // 11
		got, err := e.s.ImportModels(ctx, strings.NewReader(text), false)
		if err != nil || got.Applied || got.Rows != 10 || got.New != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		var places []string
		for _, x := range got.Errors {
			places = append(places, string(rune('0'+x.Line/10))+string(rune('0'+x.Line%10))+" "+x.Field)
			if x.Message == "" {
				t.Errorf("no message: %+v", x)
			}
		}
		if wanted := []string{"03 model", "03 source_id", "04 model", "05 model_year", "06 model_year", "07 model_year", "07 source_id", "08 model", "09 model", "10 ", "11 model"}; !reflect.DeepEqual(places, wanted) {
			t.Errorf("%q", places)
		}
		again, err := e.s.ImportModels(ctx, strings.NewReader(heading+"奥迪,一汽奥迪,A4L,2020,2020款 40 TFSI,100\n"), true)
		want(t, again, err, 1, 1, 0, 0, false)
	})
	t.Run("AFileOfTheWrongEncodingHasAShortReport", func(t *testing.T) {
		got, err := e.s.ImportModels(ctx, strings.NewReader(heading+strings.Repeat("\xb0\xc2,\xb0\xc2,\xb0\xc2,2020,\xb0\xc2,1\n", 1000)), true)
		if err != nil || len(got.Errors) != 500 || got.More == 0 || got.Rows != 1000 {
			t.Errorf("%d errors, %d more, %d rows, %v", len(got.Errors), got.More, got.Rows, err)
		}
	})
	t.Run("AnotherTemplateIsOneClearError", func(t *testing.T) {
		for _, text := range []string{"", "\n", "code,name_zh,name_en,system\nP0001,a,b,c\n", "PK\x03\x04 a spreadsheet", "brand,maker,series,model_year,model\n", "\xff\xfe"} {
			_, err := e.s.ImportModels(ctx, strings.NewReader(text), false)
			at(t, err, catalogue.ErrTemplate, "file")
		}
	})
	t.Run("Gzip", func(t *testing.T) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(fixture))
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := e.s.ImportModels(ctx, bytes.NewReader(b.Bytes()), true); err != nil || got.Rows != 5 {
			t.Errorf("%+v, %v", got, err)
		}
		for _, n := range []int{4, 20, b.Len() - 6} {
			if _, err := e.s.ImportModels(ctx, bytes.NewReader(b.Bytes()[:n]), true); !errors.Is(err, catalogue.ErrGzip) {
				t.Errorf("cut at %d: %v", n, err)
			}
		}
	})
}

func TestImportOfTheRealFile(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(realFile)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not here: the real catalogue of 38,145 models was not tried", realFile)
	}
	if err != nil {
		t.Fatal(err)
	}
	e := newEnv(t)
	for i, wanted := range []catalogue.Report{{Rows: 38145, New: 38145, Applied: true}, {Rows: 38145, Same: 38145, Applied: true}} {
		began := time.Now()
		got, err := e.s.ImportModels(t.Context(), bytes.NewReader(content), false)
		took := time.Since(began)
		wanted.Errors = []catalogue.LineError{}
		if err != nil || !reflect.DeepEqual(got, wanted) {
			t.Errorf("import %d: %+v, %v", i+1, got, err)
		}
		t.Logf("import %d of %d models took %v", i+1, got.Rows, took.Round(time.Millisecond))
		if took > 20*time.Second {
			t.Errorf("import %d took %v", i+1, took)
		}
	}
}
