// Package news has a signal that many wait for, each at its own pace.
package news
