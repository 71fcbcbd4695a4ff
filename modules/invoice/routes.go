package invoice

import (
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	record.Create(record.NewRouter(api, Kind, tenants.ActorOf), "issue", "Invoice a contract whose vehicle is reserved", s.Issue)
}
