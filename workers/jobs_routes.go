package workers

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type jobsInput struct {
	State State `query:"state" enum:"planned,due,running,failing,failed" default:"failed"`
}

type jobsOutput struct {
	Body struct {
		Counts []JobCount `json:"counts"`
		Items  []Job      `json:"items" doc:"Those in the state that was asked for, oldest first, at most 200"`
	}
}

type jobPath struct {
	Row string `path:"row" format:"uuid" minLength:"36" maxLength:"36"`
}

type retriedOutput struct {
	Body struct {
		Retried int `json:"retried"`
	}
}

type allJobsOutput struct {
	Body struct {
		Items []TenantJobs `json:"items"`
	}
}

// jobRoutes registers what administrators see and do about the jobs of their tenant, and the operators' counts.
func (w *Workers) jobRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-jobs", Method: http.MethodGet, Path: "/jobs", Permission: "job:read", Summary: "What was left for later: counts by what is done, and the jobs in one state"},
		func(ctx context.Context, in *jobsInput) (*jobsOutput, error) {
			a := tenants.ActorOf(ctx)
			out := &jobsOutput{}
			var err error
			if out.Body.Counts, err = w.Counts(ctx, a); err != nil {
				return nil, err
			}
			out.Body.Items, err = w.Jobs(ctx, a, in.State)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "retry-jobs", Method: http.MethodPost, Path: "/jobs/retry", Permission: "job:retry", Summary: "Let all failed jobs run again"},
		func(ctx context.Context, _ *struct{}) (*retriedOutput, error) {
			out := &retriedOutput{}
			var err error
			out.Body.Retried, err = w.RetryAll(ctx, tenants.ActorOf(ctx))
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "retry-job", Method: http.MethodPost, Path: "/jobs/{row}/retry", Permission: "job:retry", Summary: "Let a failed job run again"},
		func(ctx context.Context, in *jobPath) (*struct{}, error) {
			row, err := uuid.Parse(in.Row)
			if err != nil {
				return nil, ErrNotParked.Because(err)
			}
			return nil, w.RetryOwn(ctx, tenants.ActorOf(ctx), row)
		})
	rest.Register(api, rest.Operation{ID: "count-jobs", Method: http.MethodGet, Path: "/platform/jobs", Permission: rest.Operator, Summary: "Jobs of all tenants, counted by tenant, queue and what is done"},
		func(ctx context.Context, _ *struct{}) (*allJobsOutput, error) {
			out := &allJobsOutput{}
			var err error
			out.Body.Items, err = w.AllCounts(ctx)
			return out, err
		})
}
