package harness

import (
	"encoding/json"
	"fmt"
)

// JSError is what JavaScript threw.
type JSError struct {
	Name    string
	Message string
	Code    string         // the error's code, where it has one
	Details map[string]any // its details, likewise
	Stack   string
}

func (e *JSError) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("%s [%s]: %s", e.Name, e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Message)
}

// outcome is how an evaluation's end travels from the page, as JSON text:
// what is not JSON by nature is turned into it in the page, the same way in
// each browser.
type outcome struct {
	Value json.RawMessage `json:"value"`
	Error *JSError        `json:"error"`
}

// expression wraps body into an expression whose value is a promise of an
// outcome's text.
func expression(body string, args []any) (string, error) {
	if args == nil {
		args = []any{}
	}
	encoded, err := json.Marshal(args)
	if err != nil {
		return "", fmt.Errorf("harness: arguments: %w", err)
	}
	return fmt.Sprintf(`(async (...args) => {
%s
})(...%s).then(
  value => JSON.stringify({ value: value ?? null }, (_, v) => typeof v === 'bigint' ? Number(v) : v),
  e => JSON.stringify({ error: {
    name: String(e?.name ?? 'thrown'), message: String(e?.message ?? e),
    code: typeof e?.code === 'string' ? e.code : '', details: e?.details, stack: String(e?.stack ?? '')
  } }, (_, v) => typeof v === 'bigint' ? Number(v) : v))`, body, encoded), nil
}

// decodeOutcome reads an outcome's text into result, or returns its error.
func decodeOutcome(text string, result any) error {
	var o outcome
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("harness: result: %w", err)
	}
	if o.Error != nil {
		return o.Error
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(o.Value, result); err != nil {
		return fmt.Errorf("harness: result: %w", err)
	}
	return nil
}
