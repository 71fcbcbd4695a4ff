package flow

import (
	"errors"
	"strings"
	"testing"
)

type status string
type action string

func table() *Table[status, action] {
	return New[status, action]().
		Status("draft", Grey, "草稿", "Draft").Status("done", Green, "完成", "Done").
		Action("finish", "完成", "Finish").Inner("undo", "撤销", "Undo").
		Row("draft", "finish", "done", "x:finish").Row("done", "undo", "draft", "x:finish")
}

func TestNext(t *testing.T) {
	f := table().Done()
	if m, err := f.Next("draft", "finish"); err != nil || m.To != "done" {
		t.Errorf("got %v, %v", m, err)
	}
	_, err := f.Next("done", "finish")
	if !errors.Is(err, ErrNotAllowed) || !strings.Contains(err.Error(), "Done") {
		t.Errorf("got %v; want ErrNotAllowed in words", err)
	}
	if n := len(f.Actions()); n != 1 {
		t.Errorf("%d actions for people, want 1: an inner one is no button", n)
	}
	if n := len(f.All()); n != 2 {
		t.Errorf("%d actions in all, want 2", n)
	}
}

func TestMistakesArePanics(t *testing.T) {
	for name, f := range map[string]*Table[status, action]{
		"twice":           table().Row("draft", "finish", "done", "x:finish"),
		"unreachable":     table().Status("lost", Red, "丢失", "Lost"),
		"no such status":  table().Row("nowhere", "finish", "done", "x:finish"),
		"no such action":  table().Row("draft", "fly", "done", "x:fly"),
		"two permissions": table().Row("done", "finish", "done", "x:other"),
		"never possible":  table().Action("idle", "空", "Idle"),
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, name) {
					t.Errorf("%s: got %q", name, r)
				}
			}()
			f.Done()
		}()
	}
}
