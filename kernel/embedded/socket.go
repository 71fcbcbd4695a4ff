package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// longest is what every system takes as the path of a unix socket, with room to spare: macOS stops at 103 bytes.
const longest = 100

// socketFolder returns the folder for the socket named name: run inside place, or a short one keyed by place when the path
// would be too long. Only the account may enter it, which is what stands in for a password.
func socketFolder(place, name string, a *account) (string, error) {
	dir := filepath.Join(place, "run")
	if len(filepath.Join(dir, name)) > longest || strings.ContainsAny(dir, `",`) {
		sum := sha256.Sum256([]byte(place))
		key := "forecourt-" + hex.EncodeToString(sum[:6])
		dir = filepath.Join(os.TempDir(), key)
		if len(filepath.Join(dir, name)) > longest {
			dir = filepath.Join("/tmp", key)
		}
	}
	return dir, a.folder(dir)
}
