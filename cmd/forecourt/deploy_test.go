package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"forecourt/kernel/config"
	"forecourt/kernel/testdb"
)

const deployed = "../../deploy"

// deployFiles reads every file of deploy/ whose name ends so.
func deployFiles(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(deployed, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || len(endings) > 0 && !slices.Contains(endings, filepath.Ext(path)) {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(deployed, path)
		found[name] = string(b)
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("%v %v", found, err)
	}
	return found
}

// documents parses every YAML document of a file.
func documents(t *testing.T, text string) (all []any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
}

// eachMap calls fn for every map below v.
func eachMap(v any, fn func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		fn(v)
		for _, x := range v {
			eachMap(x, fn)
		}
	case []any:
		for _, x := range v {
			eachMap(x, fn)
		}
	}
}

func TestDeployNamesOnlySettingsThatExist(t *testing.T) {
	t.Parallel()
	settings := map[string]bool{"FORECOURT_IMAGE": true} // of compose itself
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		settings[f.Tag.Get("env")] = true
	}
	named := regexp.MustCompile(`\b(FORECOURT_[A-Z_]+[A-Z]|DATABASE_[A-Z_]*URL|REDIS_URL)\b`)
	used := map[string]bool{}
	for file, text := range deployFiles(t) {
		for _, name := range named.FindAllString(text, -1) {
			if used[name] = true; !settings[name] {
				t.Errorf("%s: the program knows no %s", file, name)
			}
		}
	}
	for _, name := range []string{"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "FORECOURT_SECRET", "FORECOURT_ADDR", "FORECOURT_OPS_ADDR", "FORECOURT_DATA", "FORECOURT_DEMO", "FORECOURT_PROXIES", "FORECOURT_DRAIN"} {
		if !used[name] {
			t.Errorf("nothing sets %s", name)
		}
	}
}

func TestDeployAsksWhatTheProgramAnswers(t *testing.T) {
	t.Parallel()
	probes, runs := 0, 0
	ports := map[string]any{"http": 8080, "ops": 9090}
	for file, text := range deployFiles(t, ".yaml") {
		for _, doc := range documents(t, text) {
			eachMap(doc, func(m map[string]any) {
				if get, ok := m["httpGet"].(map[string]any); ok {
					if probes++; get["path"] != alivePath && get["path"] != readyPath || get["port"] != "ops" {
						t.Errorf("%s asks %v", file, get)
					}
				}
				if p, named := m["name"].(string); named && m["containerPort"] != nil && ports[p] != m["containerPort"] {
					t.Errorf("%s: port %s is %v", file, p, m["containerPort"])
				}
				for _, key := range []string{"args", "command"} {
					words, _ := m[key].([]any)
					if len(words) == 0 || m["image"] != "forecourt" && !strings.Contains(text, "x-program") {
						continue
					}
					first, _ := words[0].(string)
					if i := slices.IndexFunc(commands, func(c command) bool { return c.name == first }); i < 0 {
						if first != "postgres" && first != "redis-server" {
							t.Errorf("%s runs %v", file, words)
						}
						continue
					}
					if runs++; len(words) == 3 && words[1] == "--role" && words[2] != "api" && words[2] != "worker" {
						t.Errorf("%s runs %v", file, words)
					}
				}
				if path, ok := m["metrics_path"]; ok && path != metricsPath {
					t.Errorf("%s: metrics at %v", file, path)
				}
			})
		}
	}
	if probes < 6 || runs < 6 {
		t.Errorf("only %d probes and %d commands were looked at", probes, runs)
	}
	image := deployFiles(t)["Dockerfile"]
	for _, line := range []string{"FORECOURT_ADDR=:8080", "FORECOURT_OPS_ADDR=:9090", "USER 65532:65532", "EXPOSE 8080 9090"} {
		if !strings.Contains(image, line) {
			t.Errorf("the image lacks %s", line)
		}
	}
	for _, from := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(image, -1) {
		if from[1] != "scratch" && !regexp.MustCompile(`^[a-z]+:\d+\.\d+\.\d+-`).MatchString(from[1]) {
			t.Errorf("%s is no exact version", from[1])
		}
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)`).FindSubmatch(mod)
	if !strings.Contains(image, "FROM golang:"+string(version[1])+"-") {
		t.Errorf("the image is built by another Go than %s", version[1])
	}
}

// The kustomization names every manifest beside it, and no other.
func TestDeployLeavesNoManifestOut(t *testing.T) {
	t.Parallel()
	var k struct{ Resources []string }
	files := deployFiles(t, ".yaml")
	if err := yaml.Unmarshal([]byte(files["kubernetes/kustomization.yaml"]), &k); err != nil {
		t.Fatal(err)
	}
	var have []string
	for name := range files {
		if base := strings.TrimPrefix(name, "kubernetes/"); base != name && base != "kustomization.yaml" {
			have = append(have, base)
		}
	}
	slices.Sort(have)
	slices.Sort(k.Resources)
	if !slices.Equal(have, k.Resources) {
		t.Errorf("%v, want %v", k.Resources, have)
	}
}

func TestDashboardAndAlertsKnowTheMetrics(t *testing.T) {
	h := newHouse(t)
	h.app.metrics.watch(h.app, true)
	h.app.metrics.seen("list-customer", 200, 0)
	families, err := h.app.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string][]string{"up": {"job"}}
	for _, f := range families {
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		known[f.GetName()] = labels
		if f.GetMetric()[0].GetHistogram() != nil {
			for _, part := range []string{"_bucket", "_sum", "_count"} {
				known[f.GetName()+part] = append(labels, "le")
			}
		}
	}
	// Redis is away in this house, so its queues say nothing; they are asked for where it answers.
	known["forecourt_queue_tasks"] = []string{"queue", "state"}
	var expressions []string
	files := deployFiles(t)
	for _, doc := range documents(t, files["monitoring/alerts.yaml"]) {
		eachMap(doc, func(m map[string]any) {
			if e, ok := m["expr"].(string); ok {
				expressions = append(expressions, e)
			}
		})
	}
	var dashboard any
	if err := json.NewDecoder(bytes.NewBufferString(files["monitoring/dashboard.json"])).Decode(&dashboard); err != nil {
		t.Fatal(err)
	}
	eachMap(dashboard, func(m map[string]any) {
		if e, ok := m["expr"].(string); ok {
			expressions = append(expressions, e)
		}
	})
	if len(expressions) < 20 {
		t.Fatalf("only %d expressions", len(expressions))
	}
	metric := regexp.MustCompile(`\b((?:forecourt|go|process)_[a-z0-9_]+|up)(?:\{([^}]*)\})?`)
	label := regexp.MustCompile(`([a-z_]+)(?:=~|!~|!=|=)"`)
	for _, e := range expressions {
		found := metric.FindAllStringSubmatch(e, -1)
		if len(found) == 0 {
			t.Errorf("no metric in %s", e)
		}
		for _, m := range found {
			labels, ok := known[m[1]]
			if !ok {
				t.Errorf("the program tells no %s: %s", m[1], e)
			}
			for _, l := range label.FindAllStringSubmatch(m[2], -1) {
				if l[1] != "job" && !slices.Contains(labels, l[1]) { // Prometheus itself adds the job
					t.Errorf("%s has no label %s: %s", m[1], l[1], e)
				}
			}
		}
	}
}

func TestQueuesAreTold(t *testing.T) {
	p, db := healthy(t)
	r := replica(t, db, p.redis)
	queues, err := r.app.workers.Queues()
	if err != nil || len(queues) != 3 {
		t.Fatalf("%v %v", queues, err)
	}
	r.app.metrics.watch(r.app, true)
	families, err := r.app.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "forecourt_queue_tasks" && len(f.GetMetric()) == 12 {
			return
		}
	}
	t.Error("no queue is told")
}

// What the scripts of deploy/ take out comes in again: every row, every file, and a database that the program accepts.
func TestABackupIsRestored(t *testing.T) {
	h := newHouse(t)
	p, _ := healthy(t)
	written := filepath.Join(h.data, "files", "a-tenant", "a-file")
	if err := os.MkdirAll(filepath.Dir(written), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(written, []byte("signed contract"), 0o640); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	runScript(t, "backup.sh", h.ownerURL, h.data, to)
	empty, data := testdb.NewEmpty(t), t.TempDir()
	runScript(t, "restore.sh", empty.OwnerURL, data, to)
	if was, is := rowsOfAll(t, h.ownerURL), rowsOfAll(t, empty.OwnerURL); !reflect.DeepEqual(was, is) || len(was) < 50 || was["customers"] == 0 {
		t.Errorf("rows before %v, after %v", was, is)
	}
	if b, err := os.ReadFile(filepath.Join(data, "files", "a-tenant", "a-file")); err != nil || string(b) != "signed contract" {
		t.Errorf("%q %v", b, err)
	}
	p.database, p.data = empty.AppURL, data
	if v := p.see(t); v.status != 0 {
		t.Errorf("the doctor says:\n%s", v.all)
	}
	if _, err := tryScript("restore.sh", empty.OwnerURL, t.TempDir(), to); err == nil {
		t.Error("a database with tables was written over")
	}
	if err := os.WriteFile(filepath.Join(to, "files.tar"), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := tryScript("restore.sh", testdb.NewEmpty(t).OwnerURL, t.TempDir(), to); err == nil {
		t.Errorf("a torn backup came in: %s", said)
	}
}
