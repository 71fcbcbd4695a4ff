// Package web holds the built browser application, so that the server is one file.
package web

import "embed"

// Dist is the build: index.html and the assets with their compressed copies. Before the first build it holds only .gitkeep.
//
//go:embed all:dist
var Dist embed.FS
