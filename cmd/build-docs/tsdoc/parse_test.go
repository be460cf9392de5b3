package tsdoc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What the reader has to know of the language.
func TestParse(t *testing.T) {
	m := Parse("a.ts", `
		import { type B, C as D } from './b.js';
		import type * as files from './files.js';
		export { E } from './e.js';
		export type { F, default as G } from './f.js';
		const template = `+"`${[1, '}'].map((x) => `${x}`)}`"+`;
		const regexp = /["'{(]/g;
		/** A { comment }. */
		export interface Options extends info.Base, Other<A, B> {
			/**
			 * What it is; 1 unless set.
			 *
			 * @throws `+"`not-found`"+`
			 */
			a?: string | undefined; // it's one
			readonly b: { c: number; /** Of it. */ d: string }[];
			e: 'x{' | 'y';
			on: ((error: Error) => void) | undefined;
		}
		/** Not exported. */
		type Alias<T> =
			| { kind: T }
			| Options;
		export class Node<T> extends Target<Events> implements Thing {
			readonly group: GroupAPI;
			readonly #hidden: Link;
			private secret(): void {}
			static make(): Node { return new Node(); }
			constructor(node: Node, { many = false }: Options = {}) { super(); }
			get value(): string {
				return '}';
			}
			async *many(
				of: A,
				options: Options = {},
			): AsyncGenerator<B, { n: number }> {
				if (x < y) { y = x / 2; }
			}
			fn: ((options?: X) => void) & (() => void);
			[Symbol.dispose](): void {
			}
			last<K extends Map<A, B>>(...rest: K[]): Promise<void> {
			}
			get(key: string): void {}
		}
		export async function run(a: () => A | B, b?: files.C): Promise<void> {
			const o = { a: 1 };
		}
		export default Node;`)
	var got []string
	for _, d := range m.Declarations {
		if d.Kind == Const {
			continue
		}
		got = append(got, fmt.Sprintf("%d %s%s %q %s %v", d.Kind, d.Name, d.TypeParams, d.Extends, d.Type, d.Exported))
		for _, member := range d.Members {
			line := "  " + member.Name + " " + member.Type
			if member.Call != nil {
				line += fmt.Sprint(*member.Call)
			}
			got = append(got, line)
		}
		for _, c := range d.Calls {
			got = append(got, fmt.Sprint("  ", c))
		}
	}
	want := []string{
		`0 Options ["info.Base" "Other<A, B>"]  true`,
		"  a string | undefined",
		"  b { c: number; d: string }[]",
		"  e 'x{' | 'y'",
		"  on ((error: Error) => void) | undefined",
		"2 Alias<T> [] { kind: T } | Options false",
		`1 Node<T> ["Target<Events>"]  true`,
		"  group GroupAPI",
		"  constructor { [{node Node false} {{ many = false } Options true}] }",
		"  value string",
		"  many { [{of A false} {options Options true}] AsyncGenerator<B, { n: number }>}",
		"  fn ((options?: X) => void) & (() => void)",
		"  last {<K extends Map<A, B>> [{...rest K[] false}] Promise<void>}",
		"  get { [{key string false}] void}",
		"3 run []  true",
		"  { [{a () => A | B false} {b files.C true}] Promise<void>}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	imports := []Import{{"B", "B", "./b.js"}, {"D", "C", "./b.js"}, {"files", "*", "./files.js"}}
	if !reflect.DeepEqual(m.Imports, imports) {
		t.Errorf("got imports %v; want %v", m.Imports, imports)
	}
	exports := []Export{{"E", "E", "./e.js"}, {"F", "F", "./f.js"}, {"G", "default", "./f.js"}}
	if !reflect.DeepEqual(m.Exports, exports) {
		t.Errorf("got exports %v; want %v", m.Exports, exports)
	}
}

func TestComments(t *testing.T) {
	c := readComment(`/**
	 * The first sentence. See
	 * {@link Other}.
	 *
	 * @param password of a key
	 *   that is encrypted
	 * @throws ` + "`a`, `b`" + `
	 * @example
	 * const a = 1;
	 *   b(a);
	 */`)
	want := Comment{
		Text:     "The first sentence. See\n{@link Other}.",
		Params:   map[string]string{"password": "of a key that is encrypted"},
		Throws:   []string{"`a`, `b`"},
		Examples: []string{"const a = 1;\n  b(a);"},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v; want %+v", c, want)
	}
}

// A name is looked for where it comes from, through modules that give it on.
func TestFind(t *testing.T) {
	s := Source{
		"index.ts":  Parse("index.ts", `export { A as Public } from './api/a.js'; export interface Own {}`),
		"api/a.ts":  Parse("api/a.ts", `import type { B as Wire } from '../gen.js'; import * as gen from '../gen.js'; export type A = Wire;`),
		"gen.ts":    Parse("gen.ts", `export interface B { a: string }`),
		"unused.ts": Parse("unused.ts", `export interface B {}`),
	}
	for _, test := range []struct{ file, name, want string }{
		{"api/a.ts", "Wire", "gen.ts:B"},
		{"api/a.ts", "gen.B", "gen.ts:B"},
		{"api/a.ts", "B", ""},
		{"index.ts", "Own", "index.ts:Own"},
	} {
		got := ""
		if d := s.Find(test.file, test.name); d != nil {
			got = d.File + ":" + d.Name
		}
		if got != test.want {
			t.Errorf("%s in %s: got %q; want %q", test.name, test.file, got, test.want)
		}
	}
	if d := s.Exported("index.ts", "Public"); d == nil || d.Name != "A" {
		t.Errorf("got %v; want the declaration that is exported under another name", d)
	}
	var names []string
	for _, d := range s.Exports("index.ts") {
		names = append(names, d.Name)
	}
	if want := []string{"Own", "A"}; !slices.Equal(names, want) {
		t.Errorf("got exports %q; want %q", names, want)
	}
}
