// Package keystore keeps private keys beside the node's identity, and turns them
// into the formats in which people carry keys from one program to another.
//
// Keys are in the repo's datastore in libp2p's protobuf, in the clear: whoever
// can read the repo has the identity as well. What leaves the store is a key's
// name and its public id, unless it is exported. A method that hands out private
// keys must not be offered to who is no owner of the repo.
//
// In a browser RSA keys are made by WebCrypto. Go would hold up everything else
// in the worker for as long as it looks for primes.
package keystore
