// Package gateway gets blocks from trustless gateways over HTTP
// (https://specs.ipfs.tech/http-gateways/trustless-gateway/), one block a request.
//
// A gateway is trusted with nothing: what it sends counts if it hashes to the CID
// that was asked for. One that sends anything else is not asked again for long;
// one that fails, or says that it is asked too much, is left alone for a while, each
// time longer. One that does not have a block, or looks for it too long, is not to
// blame: it is asked after others. What is asked for at a time, and with it memory,
// is bounded.
//
// It is not boxo's bitswap/network/httpnet because that refuses answers that are
// not HTTP/2, of which fetch says nothing, and needs net/http.
package gateway
