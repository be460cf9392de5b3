package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// ClearOrigin takes away the databases of an origin, as a person does who clears
// the site's data, or the browser that needs the room.
func (b *Chromium) ClearOrigin(ctx context.Context, origin string) error {
	params := storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "indexeddb"}
	_, err := cdp.Call(ctx, chromedp.FromContext(b.root).Target, storage.ClearDataForOrigin, params)
	if err != nil {
		return fmt.Errorf("harness: clearing the storage: %w", err)
	}
	return nil
}

// grantStorageAccess has a profile that is to be started remember that a person
// let frames of a site have its storage on other sites.
func grantStorageAccess(opts Options) error {
	if len(opts.Unpartitioned) == 0 {
		return nil
	}
	// Chromium counts the microseconds since 1601.
	now := strconv.FormatInt(time.Now().UnixMicro()+11_644_473_600_000_000, 10)
	exceptions := map[string]any{}
	for _, site := range opts.Unpartitioned[1:] {
		exceptions["[*.]"+opts.Unpartitioned[0]+",[*.]"+site] = map[string]any{"setting": 1, "last_modified": now}
	}
	dir := filepath.Join(opts.Profile, "Default")
	name := filepath.Join(dir, "Preferences")
	if _, err := os.Stat(name); err == nil {
		return nil // an earlier browser has it
	}
	prefs, err := json.Marshal(map[string]any{"profile": map[string]any{"content_settings": map[string]any{
		"exceptions": map[string]any{"storage_access": exceptions},
	}}})
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(name, prefs, 0o600))
}
