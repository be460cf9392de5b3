package tsdoc

// A Kind is what a declaration declares.
type Kind int

// The kinds of declarations.
const (
	Interface Kind = iota
	Class
	Type
	Function
	Const
)

// A Declaration is one of a module's, at its top level.
type Declaration struct {
	Kind       Kind
	Name       string
	TypeParams string // with their brackets
	File       string // as it was given to Parse
	Doc        Comment
	Exported   bool
	Source     string // its text, without the comment before it

	Extends []string // the types that an interface or a class extends
	Members []Member // of an interface or a class
	Type    string   // what a type stands for
	Calls   []Call   // a function's signatures
}

// A Member is one of an interface's or a class's. Private ones are left out.
type Member struct {
	Name     string // "" for what an interface can be called as
	Doc      Comment
	Optional bool
	Getter   bool
	Type     string   // of a field or a getter, "" for a method
	Inner    []Member // of a field whose type is written out, one or a list of it
	Call     *Call    // of a method
}

// A Call is a signature.
type Call struct {
	TypeParams string // with their brackets
	Params     []Param
	Result     string // a type, "" where it is not said
}

// A Param is one of a signature's.
type Param struct {
	Name     string // or the text of a pattern, "...rest"
	Type     string
	Optional bool // or has a default
}

// An Export is a name that a module gives on from another, or from itself.
type Export struct {
	Name string // as others see it
	As   string // as it is declared
	From string // the other module, "" for the module itself
}

// An Import is a name that a module has from another.
type Import struct {
	Name string // as it is here
	As   string // as the other exports it, "*" for all of it under one name
	From string // the other module
}

// A Module is what one file declares.
type Module struct {
	Declarations []Declaration
	Imports      []Import
	Exports      []Export
}

// A Comment is a documentation comment.
type Comment struct {
	Text     string            // paragraphs, with no tags in them
	Params   map[string]string // by @param
	Throws   []string          // by @throws
	Examples []string          // by @example, code
	Internal bool              // by @internal
}
