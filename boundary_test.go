// Package forecourt_test keeps the house in order: who may import whom.
package forecourt_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kernelPackages grows only by decision: what has a place in the kernel knows no business word.
var kernelPackages = []string{
	"access", "clock", "config", "database", "embedded", "event", "fault", "file", "flow", "id", "job", "live",
	"migrate", "money", "parameter", "record", "rest", "search", "secret", "testdb", "throttle",
}

// allowed says which parts each part may import. Imports go one way: kernel ← tenants ← policies ← modules ← cmd. migrations
// and web are files to embed, without an import of their own.
var allowed = map[string][]string{
	"kernel":     {"kernel"},
	"tenants":    {"tenants", "kernel"},
	"policies":   {"policies", "tenants", "kernel"},
	"modules":    {"policies", "tenants", "kernel"}, // and itself, never another module
	"workers":    {"workers", "tenants", "kernel"},
	"migrations": {},
	"web":        {},
	"cmd":        {"cmd", "modules", "workers", "policies", "tenants", "kernel", "migrations", "web"},
}

// exceptions are single imports that the rules would refuse, each with its reason.
var exceptions = map[[2]string]string{
	{"kernel/testdb", "migrations"}:  "a test's database has the schema of the program",
	{"kernel/migrate", "migrations"}: "only its tests: they run the real migrations",
	{"tenants", "migrations"}:        "only its tests: they ask whether every table is guarded",
}

const module = "forecourt/"

type imported struct{ file, from, to string }

func TestImportsGoOneWay(t *testing.T) {
	for _, i := range imports(t) {
		if why := refused(i.from, i.to); why != "" && exceptions[[2]string{i.from, i.to}] == "" {
			t.Errorf("%s imports %s: %s", i.file, i.to, why)
		}
	}
}

func TestBoundaryRules(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"kernel/rest", "kernel/fault", true},
		{"kernel/rest", "tenants", false},
		{"tenants", "policies", false},
		{"policies", "tenants", true},
		{"modules/contract", "kernel/flow", true},
		{"modules/contract", "modules/contract/golden", true},
		{"modules/contract", "modules/customer", false},
		{"modules/contract", "workers", false},
		{"workers", "modules/contract", false},
		{"workers", "policies", false},
		{"cmd/forecourt", "modules/contract", true},
		{"cmd/forecourt", "helpers", false},
		{"helpers", "kernel/id", false},
	} {
		if got := refused(c.from, c.to) == ""; got != c.allowed {
			t.Errorf("%s imports %s: allowed %v, want %v", c.from, c.to, got, c.allowed)
		}
	}
}

func TestKernelHasOnlyWhatWasDecided(t *testing.T) {
	entries, err := os.ReadDir("kernel")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() {
			found = append(found, e.Name())
		}
	}
	for _, wrong := range differences(kernelPackages, found) {
		t.Error(wrong)
	}
}

func TestKernelListIsExact(t *testing.T) {
	for _, c := range []struct {
		name           string
		decided, found []string
		want           int
	}{
		{"Same", []string{"clock", "money"}, []string{"money", "clock"}, 0},
		{"NewFolder", []string{"clock"}, []string{"clock", "page"}, 1},
		{"ListedWithoutAFolder", []string{"clock", "page"}, []string{"clock"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := differences(c.decided, c.found); len(got) != c.want {
				t.Errorf("%q, want %d", got, c.want)
			}
		})
	}
}

// differences says how the folders found differ from the list that was decided.
func differences(decided, found []string) (wrong []string) {
	for _, name := range found {
		if !slices.Contains(decided, name) {
			wrong = append(wrong, "kernel/"+name+" is not on the list of kernel packages")
		}
	}
	for _, name := range decided {
		if !slices.Contains(found, name) {
			wrong = append(wrong, "kernel/"+name+" is on the list of kernel packages and does not exist")
		}
	}
	return wrong
}

func refused(from, to string) string {
	part, target := top(from), top(to)
	may, ok := allowed[part]
	switch {
	case !ok:
		return part + " is no part of the house"
	case part == "modules" && target == "modules":
		if moduleOf(from) == moduleOf(to) {
			return ""
		}
		return "a module never imports another module"
	case !slices.Contains(may, target):
		return part + " may not import " + target
	}
	return ""
}

func top(path string) string { part, _, _ := strings.Cut(path, "/"); return part }

func moduleOf(path string) string {
	parts := strings.SplitN(path, "/", 3)
	return parts[min(1, len(parts)-1)]
}

// imports reads the files themselves: the test cache notices an edit of a file that a test opened, not of one that a child
// process such as go list did.
func imports(t *testing.T) (all []imported) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if path != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || path == "var" || path == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || filepath.Dir(path) == "." {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, s := range f.Imports {
			name, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				return err
			}
			if to, ok := strings.CutPrefix(name, module); ok {
				all = append(all, imported{filepath.ToSlash(path), filepath.ToSlash(filepath.Dir(path)), to})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no import found: the walk is broken")
	}
	return all
}
