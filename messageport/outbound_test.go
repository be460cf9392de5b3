package messageport

import "testing"

func TestOutboundSpends(t *testing.T) {
	const enough = HeaderSize + MaxItem
	tests := []struct {
		name   string
		credit int64
		n      int
		want   int
	}{
		{"all of it", 1000, 100, 100},
		{"to the last byte", 100 + HeaderSize, 100, 100},
		{"a byte short", 99 + HeaderSize, 100, 0},
		{"no credit", 0, 1, 0},
		{"no credit for a header", HeaderSize, 1, 0},
		{"an item of the largest size", enough, MaxItem, MaxItem},
		{"such an item, a byte short", enough - 1, MaxItem, 0},
		{"a part of much", enough, 1 << 20, MaxItem},
		{"not a small part of much", enough - 1, 1 << 20, 0},
		{"a large part of much", 300_000, 1 << 20, 300_000 - HeaderSize},
		{"no more than a frame", 10 << 20, 2 << 20, maxMaxFrame},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := outbound{credit: test.credit}
			if got := o.spend(test.n, maxMaxFrame); got != test.want {
				t.Errorf("got %d; want %d", got, test.want)
			}
			spent := int64(0)
			if test.want > 0 {
				spent = int64(HeaderSize + test.want)
			}
			if o.credit != test.credit-spent {
				t.Errorf("got %d of the credit left; want %d", o.credit, test.credit-spent)
			}
		})
	}
}
