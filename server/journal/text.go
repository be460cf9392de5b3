package journal

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// What a line may take, in bytes, so that it fits an item of a port.
const (
	maxText   = 8 << 10 // of its message, and of a field
	maxFields = 12 << 10
	maxItems  = 16 // of a list in a field
)

// clip cuts a text that is too long, and makes it UTF-8.
func clip(text string, most int) string {
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// bound leaves out the last fields if they are too much for a line.
func bound(fields []string) []string {
	total := 0
	for i, field := range fields {
		total += len(field) + 4
		if total > maxFields {
			return append(fields[:i:i], "…")
		}
	}
	return fields
}

// appendField adds an attribute as "name=value", one of several as several.
func appendField(fields []string, groups string, attr slog.Attr) []string {
	value := attr.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if attr.Key != "" {
			groups += attr.Key + "."
		}
		for _, inner := range value.Group() {
			fields = appendField(fields, groups, inner)
		}
		return fields
	}
	if attr.Equal(slog.Attr{}) {
		return fields // as slog has it
	}
	text := "…"
	if !secret(attr.Key) {
		text = clip(tell(value), maxText)
	}
	return append(fields, clip(groups+attr.Key, maxName)+"="+text)
}

// secret reports whether a value of that name is not for everyone.
func secret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "password", "token", "privkey", "private", "authorization"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

func tell(value slog.Value) string {
	if value.Kind() != slog.KindAny {
		return value.String()
	}
	return tellAny(value.Any())
}

// tellAny puts into words what has words for itself, and numbers. Of anything
// else it tells the type: what is inside may not be meant to be read.
func tellAny(v any) (text string) {
	defer func() {
		if reason := recover(); reason != nil { // of a nil pointer's method, most often
			text = fmt.Sprintf("%T", v)
		}
	}()
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		return tellList(r)
	case reflect.Struct, reflect.Pointer, reflect.Map, reflect.Array, reflect.Func, reflect.Chan:
		return fmt.Sprintf("%T", v)
	default:
		return fmt.Sprint(v)
	}
}

func tellList(list reflect.Value) string {
	var items []string
	for i := range min(list.Len(), maxItems) {
		items = append(items, tellAny(list.Index(i).Interface()))
	}
	if list.Len() > maxItems {
		items = append(items, "…")
	}
	return "[" + strings.Join(items, " ") + "]"
}

// format returns a line as text, in the form of slog's.
func format(line nodeapi.LogLine) string {
	var b strings.Builder
	when := time.UnixMilli(line.Time).UTC().Format("2006-01-02T15:04:05.000Z")
	fmt.Fprintf(&b, "time=%s level=%s logger=%s msg=%s", when, strings.ToUpper(line.Level), quote(line.Subsystem), quote(line.Message))
	for _, field := range line.Fields {
		name, value, _ := strings.Cut(field, "=")
		fmt.Fprintf(&b, " %s=%s", quote(name), quote(value))
	}
	b.WriteByte('\n')
	return b.String()
}

// quote quotes what would not be told apart from what stands around it.
func quote(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '"' || r == '=' }) {
		return strconv.Quote(text)
	}
	return text
}
