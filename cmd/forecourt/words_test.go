package main

import (
	"regexp"
	"testing"

	"forecourt/kernel/job"
	"forecourt/policies"
)

// Nobody reads a code in the log, the monitor or the list of jobs: what is registered has words in both languages.
func TestEveryOperationAndJobHasWords(t *testing.T) {
	api, err := describe()
	if err != nil {
		t.Fatal(err)
	}
	han := regexp.MustCompile(`\p{Han}`)
	all, ok := policies.Operations(api)
	for _, o := range all {
		if !han.MatchString(o.Label.Zh) || o.Label.En == "" || regexp.MustCompile(`[a-z]_[a-z]`).MatchString(o.Label.Zh) {
			t.Errorf("%s: %q, %q; give it words in policies/operations.go", o.ID, o.Label.Zh, o.Label.En)
		}
	}
	if !ok || len(all) < 150 {
		t.Errorf("%d operations; all in words: %t", len(all), ok)
	}
	handlers, words := job.Handlers{}, jobWords()
	newModules(nil, nil).handle(handlers)
	for kind, by := range handlers {
		for name := range by {
			if w := words[name]; !han.MatchString(w.Zh) || w.En == "" {
				t.Errorf("job %s of %s: %+v; say what it does in the module's JobWords", name, kind, w)
			}
		}
	}
	if len(handlers) == 0 {
		t.Error("no job")
	}
}
