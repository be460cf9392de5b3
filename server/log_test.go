package server_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/server"
	"github.com/sharednode/sharednode/server/journal"
)

// withJournal is run with a journal to write to.
func withJournal(t *testing.T, test func(f *fixture, j *journal.Journal)) {
	t.Helper()
	j := journal.New(journal.Config{MaxBytes: 100 << 10})
	runWith(t, server.Config{Journal: j}, func(f *fixture) { test(f, j) })
}

func (f *fixture) setLevel(conn *messageport.ClientConn, subsystem, level string) error {
	set := nodeapi.LogLevel{Subsystem: subsystem, Level: level}
	return conn.Invoke(f.Context(), nodeapi.MethodLogLevel, set, nil)
}

func TestLogLevels(t *testing.T) {
	withJournal(t, func(f *fixture, j *journal.Journal) {
		conn := f.dial()
		log := j.Logger("node")
		log.Debug("hidden")
		if err := f.setLevel(conn, "node", "debug"); err != nil {
			f.Fatal(err)
		}
		log.Debug("shown")
		f.wantCode(f.setLevel(conn, "node", "loud"), nodeapi.CodeInvalidOption)
		f.wantCode(f.setLevel(conn, "", "info"), nodeapi.CodeInvalidOption)
		f.wantCode(f.setLevel(conn, strings.Repeat("n", 65), "info"), nodeapi.CodeInvalidOption)

		var list nodeapi.LogLevels
		if err := conn.Invoke(f.Context(), nodeapi.MethodLogList, nil, &list); err != nil {
			f.Fatal(err)
		}
		if want := (nodeapi.LogLevel{Subsystem: "node", Level: "debug"}); !slices.Equal(list.Levels, []nodeapi.LogLevel{want}) {
			f.Errorf("got levels %v; want %v", list.Levels, want)
		}
		tail := f.call(conn, nodeapi.MethodLogTail, nil, false)
		if line := receiveItem[nodeapi.LogLine](f, tail); line.Message != "shown" || line.Subsystem != "node" || line.Level != "debug" {
			f.Errorf("got %+v; want the line that the level lets through", line)
		}
		if _, err := tail.Next(); !errors.Is(err, io.EOF) {
			f.Errorf("got %v; want an end, without follow", err)
		}
	})
}

func TestLogTailFollows(t *testing.T) {
	withJournal(t, func(f *fixture, j *journal.Journal) {
		log := j.Logger("node")
		for i := range 5 {
			log.Info(fmt.Sprint(i))
		}
		tail := f.call(f.dial(), nodeapi.MethodLogTail, nodeapi.LogTailRequest{Lines: 2, Follow: true}, false)
		for i := 3; i < 8; i++ {
			if i >= 5 {
				synctest.Wait()
				log.Info(fmt.Sprint(i), "n", i)
			}
			if line := receiveItem[nodeapi.LogLine](f, tail); line.Message != fmt.Sprint(i) {
				f.Errorf("got %+v; want line %d", line, i)
			}
		}
		tail.Cancel(nil)
	})
}

// Who follows the log and does not read holds up nobody, and is told what it
// has missed.
func TestLogTailThatIsNotRead(t *testing.T) {
	withJournal(t, func(f *fixture, j *journal.Journal) {
		const lines = 5000
		deaf := f.call(f.dial(), nodeapi.MethodLogTail, nodeapi.LogTailRequest{Follow: true}, false)
		synctest.Wait()
		log := j.Logger("node")
		for i := range lines {
			log.Info(fmt.Sprintf("%d %0900d", i, 0))
			synctest.Wait()
		}
		next, missed := 0, 0
		for next < lines {
			line := receiveItem[nodeapi.LogLine](f, deaf)
			if line.Subsystem == "journal" {
				var n int
				if _, err := fmt.Sscanf(line.Fields[0], "missed=%d", &n); err != nil {
					f.Fatalf("got %+v: %v", line, err)
				}
				missed += n
				next += n
				continue
			}
			if !strings.HasPrefix(line.Message, fmt.Sprint(next, " ")) {
				f.Fatalf("got %.20q; want line %d", line.Message, next)
			}
			next++
		}
		if read := lines - missed; read > 1000 {
			f.Errorf("%d lines were kept for one who does not read", read)
		}
	})
}

func TestNoLog(t *testing.T) {
	runWith(t, server.Config{}, func(f *fixture) {
		conn := f.dial()
		for _, method := range []string{nodeapi.MethodLogList, nodeapi.MethodLogLevel, nodeapi.MethodLogTail} {
			f.wantCode(conn.Invoke(f.Context(), method, nil, nil), nodeapi.CodeNotSupported)
		}
	})
}
