package screens

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type menuOutput struct{ Body record.MenuInfo }

type menuItemsOutput struct {
	Body struct {
		Groups record.Menu `json:"groups"`
	}
}

// Menu is what leads the reader to the lists and pages that they may open, as their role, company or group arranged it.
func (s *Service) Menu(ctx context.Context, v record.View) (record.MenuInfo, error) {
	l, err := s.kinds.MenuLayout(ctx, s.db.Pool(), v)
	if err != nil {
		return record.MenuInfo{}, err
	}
	return s.menu.For(l, v.Set), nil
}

// MenuItems is the whole menu as the product ships it, whatever its reader may open: they arrange it for others. It returns a denied fault.
func (s *Service) MenuItems(ctx context.Context, a tenants.Actor) (record.Menu, error) {
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		_, err := tx.Can(Read)
		return err
	})
	return s.menu, err
}

func (s *Service) menuRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-menu", Method: http.MethodGet, Path: "/menu", Permission: rest.SignedIn, Summary: "The menu of the reader"},
		func(ctx context.Context, _ *struct{}) (*menuOutput, error) {
			m, err := s.Menu(ctx, record.ViewOf(ctx))
			return &menuOutput{m}, err
		})
	rest.Register(api, rest.Operation{ID: "list-menu-items", Method: http.MethodGet, Path: "/screens/menu", Permission: Read, Summary: "Every entry that a menu can have, as the product ships them"},
		func(ctx context.Context, _ *struct{}) (*menuItemsOutput, error) {
			out := &menuItemsOutput{}
			var err error
			out.Body.Groups, err = s.MenuItems(ctx, tenants.ActorOf(ctx))
			return out, err
		})
}
