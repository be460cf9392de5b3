// Package pinservice speaks the Pinning Services API
// (https://ipfs.github.io/pinning-services-api-spec/) and keeps which services
// there are.
//
// A service's access token is kept in the repo's datastore beside the private
// keys. It is sent in a header to the service's own endpoint and nowhere else:
// redirects are not followed. It is not among what is listed, and where a service
// puts it into the words of an error, it is taken out.
//
// boxo's client of that API, pinning/remote/client, is not in it: it is generated
// over net/http, which a browser would have to download beside its own (see
// package web).
package pinservice
