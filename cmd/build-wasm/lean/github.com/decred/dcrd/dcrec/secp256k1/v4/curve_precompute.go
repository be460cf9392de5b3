package secp256k1

// scalarBaseMultNonConst does without the table of precomputed points, as it does
// under TinyGo: to sign or to verify takes three times as long, and 520 kB less.
func scalarBaseMultNonConst(k *ModNScalar, result *JacobianPoint) {
	scalarBaseMultNonConstSlow(k, result)
}

// bytePointTable is the table, for what would read it.
type bytePointTable [32][256]JacobianPoint

// s256BytePoints is not called: there is no table.
func s256BytePoints() *bytePointTable { return nil }
