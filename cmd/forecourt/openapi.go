package main

import (
	"context"
	"encoding/json"
	"io"
)

// openapiCommand prints the document. It needs no server: the operations are declared, not discovered.
func openapiCommand(_ context.Context, _ []string, out io.Writer) error {
	api, err := describe()
	if err != nil {
		return err
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(api.OpenAPI())
}
