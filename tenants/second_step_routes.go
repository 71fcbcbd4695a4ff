package tenants

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type codeInput struct {
	Body struct {
		Challenge string `json:"challenge" minLength:"1" maxLength:"100"`
		Code      string `json:"code" minLength:"6" maxLength:"40" doc:"Of the phone, or a recovery code"`
		Mode      string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type secondStepOutput struct{ Body SecondStep }

type beginStepInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200"`
	}
}

type setUpOutput struct{ Body SetUp }

type confirmStepInput struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"40"`
	}
}

type ownProofInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Code     string `json:"code" minLength:"6" maxLength:"40" doc:"Of the phone, or a recovery code"`
	}
}

func (in *ownProofInput) proof() OwnProof { return OwnProof{in.Body.Password, in.Body.Code} }

type codesOutput struct {
	Body struct {
		Codes []string `json:"codes" doc:"Shown this once; each is good for one sign-in"`
	}
}

func withCodes(codes []string, err error) (*codesOutput, error) {
	out := &codesOutput{}
	out.Body.Codes = codes
	return out, err
}

func (s *Sessions) secondStepRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "answer-challenge", Method: http.MethodPost, Path: "/session/code", Permission: rest.Public, Summary: "Sign in: the second step", Errors: []int{429}},
		func(ctx context.Context, in *codeInput) (*signInOutput, error) {
			r := rest.RequestOf(ctx)
			e, err := s.Answer(ctx, CodeInput{in.Body.Challenge, in.Body.Code, r.Address, r.Agent})
			if err != nil {
				return nil, err
			}
			return s.entered(ctx, e, in.Body.Mode)
		})
	own := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/session/two-step" + path, Permission: rest.SignedIn, Personal: true, Unkept: true, Summary: summary, Errors: []int{429}}
	}
	rest.Register(api, own("two-step", http.MethodGet, "", "How it stands with one's own second step"), func(ctx context.Context, _ *struct{}) (*secondStepOutput, error) {
		now, err := s.SecondStep(ctx, ActorOf(ctx))
		return &secondStepOutput{now}, err
	})
	rest.Register(api, own("begin-two-step", http.MethodPost, "", "Make a secret for one's phone"), func(ctx context.Context, in *beginStepInput) (*setUpOutput, error) {
		now, err := s.BeginSecondStep(ctx, ActorOf(ctx), in.Body.Password)
		return &setUpOutput{now}, err
	})
	rest.Register(api, own("confirm-two-step", http.MethodPost, "/confirm", "Turn one's second step on with a code"), func(ctx context.Context, in *confirmStepInput) (*codesOutput, error) {
		return withCodes(s.ConfirmSecondStep(ctx, ActorOf(ctx), in.Body.Code))
	})
	rest.Register(api, own("renew-recovery-codes", http.MethodPost, "/codes", "Replace one's recovery codes"), func(ctx context.Context, in *ownProofInput) (*codesOutput, error) {
		return withCodes(s.RenewRecoveryCodes(ctx, ActorOf(ctx), in.proof()))
	})
	rest.Register(api, own("end-two-step", http.MethodPost, "/off", "Turn one's second step off"), func(ctx context.Context, in *ownProofInput) (*struct{}, error) {
		return nil, s.EndSecondStep(ctx, ActorOf(ctx), in.proof())
	})
}

type signInSettingsInput struct {
	rest.Version
	Body struct {
		TwoStep      string   `json:"twoStep" enum:"free,roles,all"`
		TwoStepRoles []string `json:"twoStepRoles,omitempty" maxItems:"100" doc:"With roles: their codes"`
		PasswordFor  string   `json:"passwordFor" enum:"all,administrators"`
	}
}

type signInSettingsOutput struct{ Body SignInSettings }

func (s *Sessions) signInSettingsRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "sign-in-settings", Method: http.MethodGet, Path: "/sign-in/settings", Permission: manageIdentity, Summary: "What the group demands at sign-in"},
		func(ctx context.Context, _ *struct{}) (*signInSettingsOutput, error) {
			now, err := s.SignInSettings(ctx, ActorOf(ctx))
			return &signInSettingsOutput{now}, err
		})
	rest.Register(api, rest.Operation{ID: "edit-sign-in-settings", Method: http.MethodPut, Path: "/sign-in/settings", Permission: manageIdentity, Personal: true, Summary: "Change what the group demands at sign-in"},
		func(ctx context.Context, in *signInSettingsInput) (*signInSettingsOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			now, err := s.EditSignInSettings(ctx, ActorOf(ctx), version, SignInSettings{TwoStep: in.Body.TwoStep, TwoStepRoles: in.Body.TwoStepRoles, PasswordFor: in.Body.PasswordFor})
			return &signInSettingsOutput{now}, err
		})
}

// secondStepRoute registers what an administrator does about somebody's second step.
func (o *Org) secondStepRoute(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "reset-two-step", Method: http.MethodPost, Path: "/users/{id}/two-step/reset", Permission: "user:manage", Personal: true, Summary: "Take the second step from somebody who lost their phone"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.ResetSecondStep(ctx, ActorOf(ctx), in.Key())
		})
}
