package server

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

// ownersOnly are the methods that nobody is granted. What stands here was decided on.
var ownersOnly = []string{
	nodeapi.MethodStatus, nodeapi.MethodStatusSamples, nodeapi.MethodEvents,
	nodeapi.MethodLogList, nodeapi.MethodLogLevel, nodeapi.MethodLogTail,
	nodeapi.MethodDNS, nodeapi.MethodBlockRemove,
	nodeapi.MethodRepoGC, nodeapi.MethodRepoVerify, nodeapi.MethodRepoVersion,
	nodeapi.MethodDatastoreHas, nodeapi.MethodDatastoreGet, nodeapi.MethodDatastoreBatch, nodeapi.MethodDatastoreQuery,
	nodeapi.MethodSwarmConnect, nodeapi.MethodSwarmDisconnect, nodeapi.MethodSwarmPeers, nodeapi.MethodSwarmAddrs,
	nodeapi.MethodSwarmLocalAddrs, nodeapi.MethodSwarmEvents, nodeapi.MethodPing,
	nodeapi.MethodBitswapStat, nodeapi.MethodBitswapWantlist, nodeapi.MethodStatsBandwidth,
	nodeapi.MethodBootstrapList, nodeapi.MethodBootstrapAdd, nodeapi.MethodBootstrapRemove, nodeapi.MethodBootstrapClear,
	nodeapi.MethodBootstrapReset, nodeapi.MethodConfigGetAll,
	nodeapi.MethodKeyGen, nodeapi.MethodKeyList, nodeapi.MethodKeyRemove, nodeapi.MethodKeyRename, nodeapi.MethodKeyImport,
	nodeapi.MethodKeyExport, nodeapi.MethodNamePublish, nodeapi.MethodNameResolve,
	nodeapi.MethodRoutingFindProviders, nodeapi.MethodRoutingFindPeer, nodeapi.MethodRoutingGet, nodeapi.MethodRoutingPut,
	nodeapi.MethodRoutingProvide,
	nodeapi.MethodPinRemoteServiceAdd, nodeapi.MethodPinRemoteServiceRemove, nodeapi.MethodPinRemoteServiceList,
	nodeapi.MethodPinRemoteAdd, nodeapi.MethodPinRemoteList, nodeapi.MethodPinRemoteRemove,
	nodeapi.MethodPortsCreate, nodeapi.MethodPortsRevoke,
	nodeapi.MethodGrantsList, nodeapi.MethodGrantsSet, nodeapi.MethodGrantsRevoke,
	nodeapi.MethodSourcesServe, nodeapi.MethodSourcesAnswer,
}

// TestEveryMethodIsDecidedOn asks of a new method whether it can be granted.
func TestEveryMethodIsDecidedOn(t *testing.T) {
	all := declaredMethods(t)
	if len(all) < 90 {
		t.Fatalf("found %d methods; want all of them", len(all))
	}
	for _, method := range all {
		_, granted := needs[method]
		if denied := slices.Contains(ownersOnly, method); granted == denied {
			t.Errorf("%s: it can be granted: %v; it is for owners alone: %v; want one of both", method, granted, denied)
		}
	}
	for method := range maps.Keys(methods) {
		if !slices.Contains(all, method) {
			t.Errorf("%s is served, but not declared", method)
		}
	}
	for method := range needs {
		if _, served := methods[method]; !served {
			t.Errorf("%s can be granted, but is not served", method)
		}
	}
}

// declaredMethods reads the methods from the source of nodeapi.
func declaredMethods(t *testing.T) []string {
	t.Helper()
	path := filepath.Join("..", "messageport", "nodeapi", "methods.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Method") {
			return true
		}
		name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
		return false
	})
	return all
}

func TestOrigins(t *testing.T) {
	for _, origin := range []string{
		"https://a.example", "https://a.example:8443", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080",
		"chrome-extension://abcdefghijklmnop", "https://xn--bcher-kva.example", "https://under_score.example",
		"https://" + strings.Repeat("a", 63) + ".example",
	} {
		if err := checkOrigin(origin); err != nil {
			t.Errorf("%s: %v", origin, err)
		}
	}
	for _, origin := range []string{
		"", "null", "https://", "a.example", "https://a.example/", "https://a.example/..", "https://a.example?", "https://a.example#",
		"https://A.example", "HTTPS://a.example", "https://a.example:443", "http://a.example:80", "https://a.example:",
		"https://a.example:0443", "https://a.example:123456", "https://a.example:x", "https://user@a.example", "https://..", "https://.",
		"https://a..b", "https://.a", "https://a.", "https://a%2eb", "https://a\x00b", "https://a b", "https://a\\b", "https://bücher.example",
		"://a", "../..://a", "https:///a", "https:a", "file://", "https://*", "https://a.example,https://b.example",
		"https://" + strings.Repeat("a", 300),
	} {
		if err := checkOrigin(origin); nodeapi.CodeOf(err) != nodeapi.CodeInvalidOption {
			t.Errorf("%q: got %v; want code %s", origin, err, nodeapi.CodeInvalidOption)
		}
	}
}

// TestDirectoriesOfOrigins checks that no two origins share a directory and that
// none is in another's.
func TestDirectoriesOfOrigins(t *testing.T) {
	origins := []string{"https://a.example", "http://a.example", "https://a.example:8443", "https://a", "https://a.example.b"}
	for _, a := range origins {
		for _, b := range origins {
			if a != b && strings.HasPrefix(directoryOf(b)+"/", directoryOf(a)+"/") {
				t.Errorf("%s is in %s", directoryOf(b), directoryOf(a))
			}
		}
	}
	if got, want := directoryOf("https://a.example:8443"), "/origins/https/a.example:8443"; got != want {
		t.Errorf("got %s; want %s", got, want)
	}
}
