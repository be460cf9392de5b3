package secp256k1

// scalarBaseMultNonConst does without the table of precomputed points, as it does
// under TinyGo: to sign or to verify takes three times as long, and 520 kB less.
func scalarBaseMultNonConst(k *ModNScalar, result *JacobianPoint) {
	scalarBaseMultNonConstSlow(k, result)
}
