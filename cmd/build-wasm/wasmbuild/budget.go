package wasmbuild

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// budgetFile has the sizes that are agreed on.
const budgetFile = "cmd/build-wasm/budget.json"

// growth is by how many percent something may be larger than agreed on.
const growth = 2

// Budget is what a package may weigh.
type Budget struct {
	// Brotli are the sizes of what pages download, by the files' names.
	Brotli map[string]int `json:"brotli"`
	// Contents are those of the node.
	Contents Contents `json:"contents"`
}

// ReadBudget returns the budget of the module at root.
func ReadBudget(root string) (Budget, error) {
	var b Budget
	data, err := os.ReadFile(filepath.Join(root, budgetFile))
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return b, fmt.Errorf("%s: %w", budgetFile, err)
	}
	return b, nil
}

// WriteBudget makes what was built the budget of the module at root.
func (i Info) WriteBudget(root string) error {
	if i.Quick || i.Contents == nil {
		return errors.New("a package built in a hurry does not have the sizes of one that is handed out")
	}
	b := Budget{Brotli: map[string]int{}, Contents: *i.Contents}
	for _, f := range i.Files {
		if f.Brotli > 0 {
			b.Brotli[f.Name] = f.Brotli
		}
	}
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, budgetFile), append(data, '\n'), 0o644)
}

// Check returns an error that names what has grown by more than the budget
// allows, and the packages that it comes from. Of a package built in a hurry it
// looks at what the node is made of alone.
func (b Budget) Check(i Info) error {
	var over []string
	exceeds := func(what string, got, agreed int) {
		if got*100 > agreed*(100+growth) {
			over = append(over, fmt.Sprintf("%s: %d bytes; %d are agreed on, and %d %% more allowed", what, got, agreed, growth))
		}
	}
	if !i.Quick {
		for _, f := range i.Files {
			if f.Brotli > 0 {
				exceeds(f.Name+" as brotli", f.Brotli, b.Brotli[f.Name])
			}
		}
	}
	if i.Contents == nil {
		return errors.New("the account of the package does not tell what the node is made of")
	}
	exceeds("the node's code", i.Contents.Code, b.Contents.Code)
	exceeds("the node's data", i.Contents.Data, b.Contents.Data)
	if len(over) == 0 {
		return nil
	}
	return fmt.Errorf("the package has grown:\n  %s\n%s", strings.Join(over, "\n  "), b.grown(i))
}

// grown lists the packages that have more code than agreed on.
func (b Budget) grown(i Info) string {
	more := map[string]int{}
	for name, size := range i.Contents.Packages {
		if d := size - b.Contents.Packages[name]; d > 0 {
			more[name] = d
		}
	}
	names := slices.SortedFunc(maps.Keys(more), func(p, q string) int {
		return cmp.Or(more[q]-more[p], strings.Compare(p, q))
	})
	var text strings.Builder
	text.WriteString("packages with more code than agreed on, in bytes:\n")
	for _, name := range names[:min(len(names), 40)] {
		fmt.Fprintf(&text, "  %+8d  %s\n", more[name], name)
	}
	return text.String()
}
