package main

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// The measures of a picture of curves, in pixels: panels of one size in columns.
const (
	panelWidth   = 300
	panelHeight  = 190
	panelColumns = 3
	plotLeft     = 20
	plotRight    = 30
	plotTop      = 46
	plotBottom   = 30
	curvesTop    = 40
)

// A panel is one curve with its points, from the least n to the largest.
type panel struct {
	curve

	over   string // what n counts
	ns     []int
	values []float64
}

// panelsOf returns the curves of which all points were measured.
func panelsOf(rows []row) []panel {
	medians := map[string]float64{}
	for _, r := range rows {
		if s, ok := r.Systems[ours]; ok {
			medians[r.Key] = s.Median
		}
	}
	var panels []panel
	take := func(curves []curve, over string, ns []int) {
		for _, c := range curves {
			p := panel{curve: c, over: over, ns: ns}
			for _, n := range ns {
				if value, ok := medians["growth."+c.key(n)]; ok {
					p.values = append(p.values, value)
				}
			}
			if len(p.values) == len(ns) {
				panels = append(panels, p)
			}
		}
	}
	take(repoCurves, "blocks", repoSizes)
	take(tabCurves, "tabs", crowds)
	return panels
}

// drawCurves draws panels as SVG.
func drawCurves(panels []panel, note string) string {
	rows := (len(panels) + panelColumns - 1) / panelColumns
	width, height := panelColumns*panelWidth, curvesTop+rows*panelHeight+24
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#222">`+"\n",
		width, height, width, height)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" fill="#fff"/>`)
	fmt.Fprintln(&b, `<text x="20" y="26" font-size="16" font-weight="bold">Sharednode: what work costs as there is more</text>`)
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%panelColumns*panelWidth, curvesTop+i/panelColumns*panelHeight)
		p.draw(&b)
		fmt.Fprintln(&b, "</g>")
	}
	fmt.Fprintf(&b, `<text x="20" y="%d" fill="#666" font-size="11">%s</text>`+"\n</svg>\n", height-8, html.EscapeString(note))
	return b.String()
}

// draw draws the curve over a logarithmic axis, from zero upwards.
func (p panel) draw(b *strings.Builder) {
	most := 0.0
	for _, v := range p.values {
		most = max(most, v)
	}
	first, last := math.Log(float64(p.ns[0])), math.Log(float64(p.ns[len(p.ns)-1]))
	x := func(i int) float64 {
		return plotLeft + (math.Log(float64(p.ns[i]))-first)/(last-first)*(panelWidth-plotLeft-plotRight)
	}
	const base = panelHeight - plotBottom
	y := func(v float64) float64 { return base - v/most*(base-plotTop) }

	fmt.Fprintf(b, `<text x="%d" y="16" font-weight="bold">%s, %s</text>`+"\n", plotLeft, html.EscapeString(p.title), html.EscapeString(p.unit))
	fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#222"/>`+"\n", plotLeft-8, panelWidth-plotRight+8, base, base)
	var points []string
	for i, v := range p.values {
		points = append(points, fmt.Sprintf("%.1f,%.1f", x(i), y(v)))
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="#3b6ea8"/>`, x(i), y(v))
		anchor := anchorOf(i, len(p.values))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s" font-size="11">%s</text>`, x(i), y(v)-8, anchor, number(v))
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="%s" fill="#666" font-size="11">%s</text>`+"\n", x(i), base+14, anchor, p.label(i))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="#3b6ea8" stroke-width="1.5"/>`+"\n", strings.Join(points, " "))
}

// label says what a point is over; the last one, what n counts too.
func (p panel) label(i int) string {
	text := strconv.Itoa(p.ns[i])
	if millions, ok := strings.CutSuffix(text, "000000"); ok {
		text = millions + "M"
	} else if thousands, ok := strings.CutSuffix(text, "000"); ok {
		text = thousands + "k"
	}
	if i == len(p.ns)-1 {
		text += " " + p.over
	}
	return text
}

// anchorOf keeps the texts of the first and the last point within the panel.
func anchorOf(i, n int) string {
	switch i {
	case 0:
		return "start"
	case n - 1:
		return "end"
	}
	return "middle"
}
