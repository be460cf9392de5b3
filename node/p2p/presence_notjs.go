//go:build !js

package p2p

// watchOnline does nothing: a native host counts as online.
func watchOnline(func(online bool)) (stop func()) { return func() {} }
