package harness

import (
	"context"
	"fmt"

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
