package policies

import "testing"

// A permission that has no words would stand as a raw code in the matrix.
func TestShippedPermissionsHaveWords(t *testing.T) {
	t.Parallel()
	for _, p := range Permissions(nil) {
		if _, ok := wordsOf(p.Permission); !ok {
			t.Errorf("%s has no words: add its resource or its action to words.go", p.Permission)
		}
	}
}
