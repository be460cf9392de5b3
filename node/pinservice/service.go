package pinservice

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node/web"
)

// Service is a pinning service that can be asked.
type Service struct {
	Name     string
	Endpoint string

	token string
}

// Bounds of what a service can say.
const (
	maxAnswer = 4 << 20 // bytes: a page of 1000 pins with what they carry
	maxWords  = 300     // bytes of an error
)

// call asks the service, and reads its answer into result unless that is nil.
func (s *Service) call(ctx context.Context, method, path string, body, result any) error {
	req := web.Request{
		Method:   method,
		URL:      s.Endpoint + path,
		Header:   map[string]string{"Authorization": "Bearer " + s.token, "Accept": "application/json"},
		MaxBytes: maxAnswer,
	}
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		req.Body = data
		req.Header["Content-Type"] = "application/json"
	}
	resp, err := web.Fetch(ctx, req)
	if err != nil {
		return s.redact(err)
	}
	defer resp.Close()
	if resp.Status < 200 || resp.Status > 299 {
		return s.refused(resp)
	}
	if result == nil {
		return nil
	}
	data, err := io.ReadAll(resp)
	if err != nil {
		return s.redact(err)
	}
	if err := json.Unmarshal(data, result); err != nil {
		return resp.Malformed("its answer is not what the Pinning Services API has: %s", s.hide(err.Error()))
	}
	return nil
}

// failure is the body of an answer that is an error.
type failure struct {
	Error struct{ Reason, Details string }
}

// refused makes an error of the service's words, which are bounded and do not
// tell the token.
func (s *Service) refused(resp *web.Response) error {
	var f failure
	data, _ := io.ReadAll(resp)
	_ = json.Unmarshal(data, &f)
	words := strings.TrimSpace(f.Error.Reason + " " + f.Error.Details)
	words = s.hide(words)
	if len(words) > maxWords {
		words = strings.ToValidUTF8(words[:maxWords], "") + "…"
	}
	if resp.Status == 401 || resp.Status == 403 {
		return nodeapi.Errorf(nodeapi.CodeUnauthorized, map[string]any{"service": s.Name},
			"the service %q does not take the token: %d %s", s.Name, resp.Status, words)
	}
	err := resp.Refused()
	if words != "" {
		var e *nodeapi.Error
		if errors.As(err, &e) {
			e.Message += ": " + words
		}
	}
	return err
}

// hide takes the token out of words that may repeat it.
func (s *Service) hide(words string) string {
	words = strings.ReplaceAll(words, s.token, "***")
	return strings.ReplaceAll(words, url.QueryEscape(s.token), "***")
}

// redact returns an error that does not tell the token, whatever it wraps.
func (s *Service) redact(err error) error {
	if !strings.Contains(err.Error(), s.token) {
		return err
	}
	var e *nodeapi.Error
	if errors.As(err, &e) {
		return &nodeapi.Error{Code: e.Code, Message: s.hide(e.Message), Details: e.Details}
	}
	return errors.New(s.hide(err.Error()))
}

// pinPath is where one request is.
func pinPath(id string) string { return "/pins/" + url.PathEscape(id) }

// query writes the parameters of a listing.
func (q Query) query(before string, limit int) string {
	v := url.Values{}
	if len(q.Cids) > 0 {
		var texts []string
		for _, c := range q.Cids {
			texts = append(texts, c.String())
		}
		v.Set("cid", strings.Join(texts, ","))
	}
	if q.Name != "" {
		v.Set("name", q.Name)
		v.Set("match", "exact")
	}
	if len(q.Status) > 0 {
		v.Set("status", strings.Join(q.Status, ","))
	}
	if before != "" {
		v.Set("before", before)
	}
	v.Set("limit", strconv.Itoa(limit))
	return "/pins?" + v.Encode()
}
