package approval

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

var errID = fault.New(fault.Invalid, "approval.id", "标识格式不对", "This is no valid id")

type items[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

func listed[T any](list []T, err error) (*items[T], error) {
	out := &items[T]{}
	out.Body.Items = list
	return out, err
}

type one[T any] struct{ Body *T }

func answered[T any](v *T, err error) (*one[T], error) {
	if err != nil {
		return nil, err
	}
	return &one[T]{v}, nil
}

// Versioned is a record of the version in If-Match.
type Versioned struct {
	record.ByID
	rest.Version
}

// acting is a change of a record of the version in If-Match, with a body.
type acting[In any] struct {
	Versioned
	Body In
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	s.flowRoutes(api)
	s.publishRoutes(api)
	s.taskRoutes(api)
	s.approvalRoutes(api)
}

// SubjectPath names an action of a kind of document.
type SubjectPath struct {
	Kind   string `path:"kind" maxLength:"60"`
	Action string `path:"action" maxLength:"60"`
}

type definitionBody struct {
	Definition engine.Flow `json:"definition"`
}

func (s *Service) flowRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-approval-subjects", Method: http.MethodGet, Path: "/approval-subjects", Permission: ReadFlows, Zh: "查看审批事项", Summary: "What can be put under approval, with its facts"},
		func(ctx context.Context, _ *struct{}) (*items[SubjectInfo], error) {
			return listed(s.Subjects(ctx, tenants.ActorOf(ctx)))
		})
	rest.Register(api, rest.Operation{ID: "set-approval-default", Method: http.MethodPut, Path: "/approval-subjects/{kind}/{action}/default", Permission: EditFlows, Zh: "设置没有适用流程时的处理", Summary: "What happens when no flow fits"},
		func(ctx context.Context, in *struct {
			SubjectPath
			Body struct {
				Default string `json:"default" enum:"pass,refuse,administrator"`
			}
		}) (*struct{}, error) {
			return nil, s.SetDefault(ctx, tenants.ActorOf(ctx), in.Kind, in.Action, in.Body.Default)
		})
	op := func(id, method, path string, p access.Permission, zh, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/approval-flows" + path, Permission: p, Zh: zh, Summary: summary}
	}
	rest.Register(api, op("list-approval-flows", http.MethodGet, "", ReadFlows, "查看审批流程列表", "Flows, in the order in which they are tried"),
		func(ctx context.Context, in *struct {
			Kind   string `query:"kind" maxLength:"60"`
			Action string `query:"action" maxLength:"60"`
		}) (*items[FlowInfo], error) {
			return listed(s.Flows(ctx, tenants.ActorOf(ctx), in.Kind, in.Action))
		})
	create := op("create-approval-flow", http.MethodPost, "", EditFlows, "新建审批流程", "Add a flow with a draft")
	create.Status = http.StatusCreated
	rest.Register(api, create, func(ctx context.Context, in *struct{ Body FlowInput }) (*one[Changed], error) {
		return answered(s.CreateFlow(ctx, tenants.ActorOf(ctx), in.Body))
	})
	rest.Register(api, op("check-approval-flow", http.MethodPost, "/check", ReadFlows, "检查审批流程", "What is wrong with a definition"),
		func(ctx context.Context, in *struct {
			Body struct {
				Kind       string      `json:"kind" minLength:"1" maxLength:"60"`
				Action     string      `json:"action" minLength:"1" maxLength:"60"`
				Definition engine.Flow `json:"definition"`
			}
		}) (*struct {
			Body struct {
				Problems []engine.Problem `json:"problems"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Problems []engine.Problem `json:"problems"`
				}
			}{}
			var err error
			out.Body.Problems, err = s.Check(ctx, tenants.ActorOf(ctx), in.Body.Kind, in.Body.Action, &in.Body.Definition)
			return out, err
		})
	rest.Register(api, op("rehearse-approval-flow", http.MethodPost, "/rehearse", ReadFlows, "预演审批流程", "Who would decide about a document, in order, and why"),
		func(ctx context.Context, in *struct{ Body RehearseInput }) (*one[Rehearsal], error) {
			return answered(s.Rehearse(ctx, tenants.ActorOf(ctx), in.Body))
		})
	rest.Register(api, op("complete-approval-expression", http.MethodPost, "/complete", ReadFlows, "补全审批条件", "How an expression may go on at a cursor"),
		func(ctx context.Context, in *struct {
			Body struct {
				Kind   string `json:"kind" minLength:"1" maxLength:"60"`
				Action string `json:"action" minLength:"1" maxLength:"60"`
				Text   string `json:"text" maxLength:"2000"`
				Cursor int    `json:"cursor" minimum:"0" maximum:"2000" doc:"In characters"`
			}
		}) (*items[engine.Completion], error) {
			return listed(s.Complete(ctx, tenants.ActorOf(ctx), in.Body.Kind, in.Body.Action, in.Body.Text, in.Body.Cursor))
		})
	rest.Register(api, op("get-approval-flow", http.MethodGet, "/{id}", ReadFlows, "打开审批流程", "A flow with its definitions and versions"),
		func(ctx context.Context, in *record.ByID) (*one[FlowPage], error) {
			return answered(s.Flow(ctx, tenants.ActorOf(ctx), in.Key()))
		})
	rest.Register(api, op("get-approval-flow-version", http.MethodGet, "/{id}/versions/{number}", ReadFlows, "查看审批流程版本", "One published version"),
		func(ctx context.Context, in *struct {
			record.ByID
			Number int `path:"number" minimum:"1" maximum:"1000000"`
		}) (*struct {
			Body struct {
				Number     int          `json:"number"`
				Definition *engine.Flow `json:"definition"`
			}
		}, error) {
			f, err := s.Version(ctx, tenants.ActorOf(ctx), in.Key(), in.Number)
			out := &struct {
				Body struct {
					Number     int          `json:"number"`
					Definition *engine.Flow `json:"definition"`
				}
			}{}
			out.Body.Number, out.Body.Definition = in.Number, f
			return out, err
		})
	rest.Register(api, op("get-approval-flow-impact", http.MethodGet, "/{id}/impact", ReadFlows, "查看发布审批流程的影响", "Which versions approvals run on"),
		func(ctx context.Context, in *record.ByID) (*one[Impact], error) {
			return answered(s.Impact(ctx, tenants.ActorOf(ctx), in.Key()))
		})
}

func (s *Service) publishRoutes(api *rest.API) {
	op := func(id, method, path, zh, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/approval-flows/{id}" + path, Permission: EditFlows, Zh: zh, Summary: summary}
	}
	change(api, op("edit-approval-flow", http.MethodPatch, "", "修改审批流程", "Change what surrounds a flow"), s.EditFlow)
	change(api, op("save-approval-draft", http.MethodPut, "/draft", "保存审批流程草稿", "Keep a definition that does not count yet"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in definitionBody) (*Changed, error) {
			return s.SaveDraft(ctx, a, id, version, &in.Definition)
		})
	rest.Register(api, op("discard-approval-draft", http.MethodDelete, "/draft", "放弃审批流程草稿", "Drop the draft"),
		func(ctx context.Context, in *Versioned) (*one[Changed], error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return answered(s.DiscardDraft(ctx, tenants.ActorOf(ctx), in.Key(), version))
		})
	rest.Register(api, op("delete-approval-flow", http.MethodDelete, "", "删除审批流程", "Delete a flow that no approval used"),
		func(ctx context.Context, in *Versioned) (*struct{}, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return nil, s.DeleteFlow(ctx, tenants.ActorOf(ctx), in.Key(), version)
		})
	change(api, op("publish-approval-flow", http.MethodPost, "/publish", "发布审批流程", "Make the draft count; approvals under way keep their version"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in *struct {
			Note string `json:"note,omitempty" maxLength:"500"`
		}) (*Changed, error) {
			if in == nil {
				return s.Publish(ctx, a, id, version, "")
			}
			return s.Publish(ctx, a, id, version, in.Note)
		})
	change(api, op("restore-approval-flow", http.MethodPost, "/restore", "恢复审批流程版本", "Publish an older version again"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in struct {
			Number int `json:"number" minimum:"1" maximum:"1000000"`
		}) (*Changed, error) {
			return s.Restore(ctx, a, id, version, in.Number)
		})
}

// change registers a change of a record of the version in If-Match.
func change[In, Out any](api *rest.API, op rest.Operation, do func(context.Context, tenants.Actor, uuid.UUID, int, In) (*Out, error)) {
	rest.NameBody[In](api, op)
	rest.Register(api, op, func(ctx context.Context, in *acting[In]) (*one[Out], error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return answered(do(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body))
	})
}

func (s *Service) taskRoutes(api *rest.API) {
	op := func(id, method, path, zh, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/approval-tasks" + path, Permission: TaskPermission, Zh: zh, Summary: summary}
	}
	rest.Register(api, op("list-standing-in", http.MethodGet, "/standing-in", "查看代理的审批", "Open tasks of those for whom one stands in today"),
		func(ctx context.Context, _ *struct{}) (*items[json.RawMessage], error) {
			return listed(s.StandingIn(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx)))
		})
	rest.Register(api, op("decide-approvals", http.MethodPost, "/batch", "批量审批", "Decide about several documents, with an answer for each"),
		func(ctx context.Context, in *struct{ Body BatchInput }) (*items[BatchResult], error) {
			return listed(s.Batch(ctx, tenants.ActorOf(ctx), in.Body))
		})
	change(api, op("approve-task", http.MethodPost, "/{id}/approve", "同意审批", "Agree"), s.Approve)
	change(api, op("reject-task", http.MethodPost, "/{id}/reject", "拒绝或退回审批", "Refuse, or send back"), s.Reject)
	change(api, op("hand-over-task", http.MethodPost, "/{id}/hand-over", "转办审批或征求意见", "Give a task away, or ask for an opinion"), s.HandOver)
	change(api, op("answer-task", http.MethodPost, "/{id}/answer", "答复审批意见", "Give the opinion that was asked for"), s.Answer)
	change(api, op("add-approvers", http.MethodPost, "/{id}/add", "审批加签", "Let others decide too"), s.Add)
	change(api, op("take-back-task", http.MethodPost, "/{id}/take-back", "收回审批决定", "Undo one's last decision"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in *NoteInput) (*Decided, error) {
			if in == nil {
				in = &NoteInput{}
			}
			return s.TakeBack(ctx, a, id, version, *in)
		})
	rest.Register(api, op("read-approval-copy", http.MethodPost, "/{id}/read", "阅读抄送", "Note that a copy was read"),
		func(ctx context.Context, in *Versioned) (*one[Decided], error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return answered(s.ReadCopy(ctx, tenants.ActorOf(ctx), in.Key(), version))
		})
}

func (s *Service) approvalRoutes(api *rest.API) {
	op := func(id, method, path string, p access.Permission, zh, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/approvals" + path, Permission: p, Zh: zh, Summary: summary}
	}
	rest.Register(api, op("list-approvals-of", http.MethodGet, "/of", rest.SignedIn, "查看单据的审批", "The approvals of a document"),
		func(ctx context.Context, in *struct {
			Kind   string `query:"kind" required:"true" maxLength:"60"`
			Record string `query:"record" required:"true" maxLength:"36"`
		}) (*items[PageApproval], error) {
			id, err := uuid.Parse(in.Record)
			if err != nil {
				return nil, errID.At("record").Because(err)
			}
			return listed(s.Of(ctx, tenants.ActorOf(ctx), in.Kind, id))
		})
	rest.Register(api, op("approval-figures", http.MethodGet, "/figures", Kind.Read, "查看审批统计", "How approvals go: how long, how late, what is returned"),
		func(ctx context.Context, in *struct {
			From    clock.Day `query:"from"`
			To      clock.Day `query:"to"`
			Kind    string    `query:"kind" maxLength:"60"`
			Company string    `query:"companyId" maxLength:"36"`
		}) (*one[Figures], error) {
			f := FiguresInput{From: in.From, To: in.To, Kind: in.Kind}
			if in.Company != "" {
				id, err := uuid.Parse(in.Company)
				if err != nil {
					return nil, errID.At("companyId").Because(err)
				}
				f.Company = id
			}
			return answered(s.Figures(ctx, tenants.ActorOf(ctx), f))
		})
	rest.Register(api, op("approval-people", http.MethodGet, "/people", TaskPermission, "查找可以审批的人", "Who may decide about a document"),
		func(ctx context.Context, in *struct {
			Task string `query:"task" required:"true" maxLength:"36"`
			Q    string `query:"q" maxLength:"60"`
		}) (*items[Choice], error) {
			id, err := uuid.Parse(in.Task)
			if err != nil {
				return nil, errID.At("task").Because(err)
			}
			return listed(s.People(ctx, tenants.ActorOf(ctx), id, in.Q))
		})
	rest.Register(api, op("approval-page", http.MethodGet, "/{id}/page", Kind.Read, "打开审批页面", "An approval with its document and its way"),
		func(ctx context.Context, in *record.ByID) (*one[Page], error) {
			return answered(s.Page(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx), in.Key()))
		})
	change(api, op("withdraw-approval", http.MethodPost, "/{id}/withdraw", Kind.Read, "撤回审批", "Take a document out of approval"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in *WithdrawInput) (*Acted, error) {
			if in == nil {
				in = &WithdrawInput{}
			}
			return s.Withdraw(ctx, a, id, version, *in)
		})
	change(api, op("urge-approval", http.MethodPost, "/{id}/urge", Kind.Read, "催办审批", "Remind those who have to decide"),
		func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in *NoteInput) (*Acted, error) {
			if in == nil {
				in = &NoteInput{}
			}
			return s.Urge(ctx, a, id, version, *in)
		})
	change(api, op("comment-approval", http.MethodPost, "/{id}/comments", Kind.Read, "评论审批", "Say something about an approval"), s.Comment)
	change(api, op("reassign-approval", http.MethodPost, "/{id}/reassign", Manage, "改派审批", "Give somebody's task to another"), s.Reassign)
}
