// Package web speaks HTTP for the node: to delegated routers, trustless gateways
// and pinning services. It asks for nothing by itself.
//
// What it is for is little: a request with a small body, an answer that is read
// as it comes, bounded in size and in the time without a byte. Redirects are not
// followed, so that what is configured is what is contacted, and a token goes
// nowhere else. Errors have a code, and name a server by its origin alone: paths
// and queries may say what is looked for, or be secret.
//
// In a browser it calls fetch. Linking net/http and its transport makes node.wasm
// 0.82 MB larger to download (brotli; 1.0 MB gzip), and boxo's clients for routers
// and pinning services need it, with OpenCensus and OAuth beside it. A server that does not
// allow the page's origin (CORS) fails there like one that is not there; a second
// request, whose answer no script can see, tells them apart.
package web
