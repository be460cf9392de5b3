package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The chart's measures, in pixels.
const (
	chartWidth  = 900
	labelWidth  = 330
	rightMargin = 90
	barHeight   = 11
	rowGap      = 12
	chartTop    = 70
)

var colours = map[string]string{"jsipfs": "#3b6ea8", "helia": "#c4762b"}

// chart draws how many times better we are than each peer as bars on a
// logarithmic scale that goes both ways from 1, as SVG.
func chart(rows []row, peers []system, note string) string {
	var shown []row
	limit := 2.0
	for _, r := range rows {
		compared := false
		for _, p := range peers {
			if s, ok := r.Ahead[p.name]; ok {
				compared = true
				limit = max(limit, s.Median, 1/s.Median)
			}
		}
		if compared {
			shown = append(shown, r)
		}
	}
	scale := logScale{limit: math.Pow(2, math.Ceil(math.Log2(limit)))}
	rowHeight := len(peers)*barHeight + rowGap
	height := chartTop + len(shown)*rowHeight + 40

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#222">`+"\n",
		chartWidth, height, chartWidth, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	drawHead(&b, peers)
	drawGrid(&b, scale, height)
	for i, r := range shown {
		drawRow(&b, scale, r, peers, chartTop+i*rowHeight)
	}
	fmt.Fprintf(&b, `<text x="12" y="%d" fill="#666" font-size="11">%s</text>`+"\n</svg>\n", height-10, html.EscapeString(note))
	return b.String()
}

// A logScale maps ratios from 1/limit to limit onto the chart.
type logScale struct{ limit float64 }

func (s logScale) x(ratio float64) float64 {
	at := (math.Log(ratio)/math.Log(s.limit) + 1) / 2
	return labelWidth + at*(chartWidth-labelWidth-rightMargin)
}

func drawHead(b *strings.Builder, peers []system) {
	fmt.Fprintf(b, `<text x="12" y="24" font-size="16" font-weight="bold">Sharednode: how many times better</text>`+"\n")
	x := labelWidth
	for _, p := range peers {
		fmt.Fprintf(b, `<rect x="%d" y="34" width="12" height="12" fill="%s"/><text x="%d" y="44">than %s</text>`+"\n",
			x, colours[p.name], x+18, html.EscapeString(p.title))
		x += 130
	}
}

func drawGrid(b *strings.Builder, scale logScale, height int) {
	for ratio := 1 / scale.limit; ratio <= scale.limit*1.01; ratio *= 2 {
		x, colour := scale.x(ratio), "#ddd"
		if math.Abs(ratio-1) < 0.01 {
			colour = "#222"
		}
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s"/>`+"\n", x, x, chartTop-6, height-30, colour)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#666" font-size="11">%s</text>`+"\n", x, chartTop-10, tick(ratio))
	}
}

func tick(ratio float64) string {
	if ratio < 0.99 {
		return fmt.Sprintf("1/%.0f", 1/ratio)
	}
	return fmt.Sprintf("%.0f×", ratio)
}

func drawRow(b *strings.Builder, scale logScale, r row, peers []system, top int) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n",
		labelWidth-12, top+len(peers)*barHeight/2+4, html.EscapeString(r.Title))
	for i, p := range peers {
		s, ok := r.Ahead[p.name]
		if !ok {
			continue
		}
		from, to := scale.x(1), scale.x(s.Median)
		y := top + i*barHeight
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`, min(from, to), y, math.Abs(to-from), barHeight-1, colours[p.name])
		fmt.Fprintf(b, `<text x="%.1f" y="%d" font-size="10" fill="#444">%s</text>`+"\n", max(from, to)+4, y+barHeight-2, s.ratio())
	}
}

// ratio gives the median alone.
func (s spread) ratio() string { return number(s.Median) + "×" }
