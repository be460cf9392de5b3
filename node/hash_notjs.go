//go:build !js

package node

// platformHasher returns the fastest hasher of the platform, and what frees it.
func platformHasher() (Hasher, func()) { return goHasher{}, func() {} }
