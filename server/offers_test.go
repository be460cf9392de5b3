package server_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestOfferIsForItsSessionAlone(t *testing.T) {
	run(t, func(f *fixture) {
		conn, other := f.dial(), f.dial()
		handling := f.handle(conn)
		peer := f.asPeer()
		offer := receiveItem[nodeapi.StreamOffer](f, handling)
		f.wantCode(f.accept(other, offer.ID).Result(nil), nodeapi.CodeUnknownStream)
		call := f.accept(conn, offer.ID)
		receiveItem[nodeapi.StreamOpened](f, call)
		_ = peer.Reset()
		f.wantCode(call.Result(nil), nodeapi.CodeStreamReset)
	})
}

func TestOfferEndsInTime(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		handling := f.handle(conn)
		peer := f.asPeer()
		offer := receiveItem[nodeapi.StreamOffer](f, handling)
		began := time.Now()
		_, err := peer.Read(make([]byte, 1))
		if took := time.Since(began); nodeapi.CodeOf(err) != nodeapi.CodeStreamReset || took != 10*time.Second {
			f.Errorf("got %v after %v; want a reset after 10s", err, took)
		}
		_ = peer.Reset()
		f.wantCode(f.accept(conn, offer.ID).Result(nil), nodeapi.CodeUnknownStream)
	})
}

func TestOffersAreBounded(t *testing.T) {
	run(t, func(f *fixture) {
		conn := f.dial()
		f.handle(conn)
		const most = 32
		var reset atomic.Int64
		for range most + 5 {
			peer := f.asPeer()
			go func() {
				_, err := peer.Read(make([]byte, 1))
				if nodeapi.CodeOf(err) == nodeapi.CodeStreamReset {
					reset.Add(1)
				}
				_ = peer.Reset()
			}()
		}
		synctest.Wait()
		if n := reset.Load(); n != 5 {
			f.Errorf("%d streams of %d were reset at once; want all but %d", n, most+5, most)
		}
		_ = conn.Close() // which ends those that wait
		synctest.Wait()
		if n := reset.Load(); n != most+5 {
			f.Errorf("%d streams of %d are reset with the session; want all", n, most+5)
		}
	})
}

// A client that has stopped reading is told of no more streams, and what comes
// then is reset at once.
func TestOffersToOneWhoDoesNotRead(t *testing.T) {
	run(t, func(f *fixture) {
		small := messageport.Limits{Window: messageport.MinWindow, MaxWindow: messageport.MinWindow}
		conn, err := f.tryDial(messageport.DialConfig{Limits: small})
		if err != nil {
			f.Fatal(err)
		}
		f.handle(conn)
		for round := 0; ; round++ {
			var reset atomic.Int64
			for range 32 {
				peer := f.asPeer()
				go func() {
					_, _ = peer.Read(make([]byte, 1))
					_ = peer.Reset()
					reset.Add(1)
				}()
			}
			synctest.Wait()
			if reset.Load() == 32 {
				return
			}
			if round > messageport.MinWindow/1000 {
				f.Fatal("streams are still offered to one who does not read")
			}
			time.Sleep(11 * time.Second)
		}
	})
}
