//go:build !js

package p2p

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const dnsContent = "application/dns-message"

// fetchDNS gets the answer at a URL.
func fetchDNS(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", dnsContent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), dnsContent) {
		return nil, fmt.Errorf("the server answered %s with %q", resp.Status, resp.Header.Get("Content-Type"))
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, dohMaxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(answer) > dohMaxAnswer {
		return nil, errors.New("the answer is too long")
	}
	return answer, nil
}
