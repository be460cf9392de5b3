// Package accounts keeps, in the repo's datastore, what other origins than the
// node's own are granted, and how many bytes are kept for each.
//
// Below "/origins" there are, each under the origin in multibase base64url:
//
//	/origins/grants/<origin>   what it is granted; CBOR, versioned
//	/origins/used/<origin>     a bound of what is kept for it; CBOR, versioned
//	/origins/pins/<origin>/…   its pins, in their usual form
//
// The second is there before anything is kept for an origin, and so names all for
// which there may be something.
package accounts
