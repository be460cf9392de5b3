package server

import (
	"context"
	"errors"
	"io"
	"path"

	"github.com/sharednode/sharednode/messageport"
	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func datastoreHas(ctx context.Context, b Datastore, call *messageport.ServerCall) (any, error) {
	key, err := decodeKey(call)
	if err != nil {
		return nil, err
	}
	return b.DatastoreHas(ctx, key)
}

func datastoreGet(ctx context.Context, b Datastore, call *messageport.ServerCall) (any, error) {
	key, err := decodeKey(call)
	if err != nil {
		return nil, err
	}
	value, err := b.DatastoreGet(ctx, key)
	if err != nil {
		return nil, err
	}
	_, err = call.Write(value)
	return nil, err
}

func datastoreBatch(ctx context.Context, b Datastore, call *messageport.ServerCall) (any, error) {
	writes, err := receiveWrites(call)
	if err != nil {
		return nil, err
	}
	return nil, b.DatastoreBatch(ctx, writes)
}

func datastoreQuery(ctx context.Context, b Datastore, call *messageport.ServerCall) (any, error) {
	query, err := decode[nodeapi.DatastoreQuery](call)
	if err != nil {
		return nil, err
	}
	if size := len(query.Prefix); size > nodeapi.MaxDatastoreKey {
		return nil, invalidOption("prefix", query.Prefix, "has %d bytes; the most is %d", size, nodeapi.MaxDatastoreKey)
	}
	for entry, err := range b.DatastoreQuery(ctx, query) {
		if err != nil {
			return nil, err
		}
		if err := call.WriteItem(nodeapi.DatastoreRecord{Key: entry.Key, Size: uint64(len(entry.Value))}); err != nil {
			return nil, err
		}
		if _, err := call.Write(entry.Value); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func decodeKey(call *messageport.ServerCall) (string, error) {
	req, err := decode[nodeapi.DatastoreKey](call)
	if err != nil {
		return "", err
	}
	return req.Key, checkKey(req.Key)
}

// checkKey takes the keys that are written in one way alone.
func checkKey(key string) error {
	switch {
	case len(key) > nodeapi.MaxDatastoreKey:
		return invalidOption("key", key, "has %d bytes; the most is %d", len(key), nodeapi.MaxDatastoreKey)
	case len(key) < 2 || key[0] != '/' || path.Clean(key) != key:
		return invalidOption("key", key, `is no key of the form "/a/b"`)
	}
	return nil
}

// receiveWrites reads the changes of a batch, within its bounds.
func receiveWrites(call *messageport.ServerCall) ([]nodeapi.DatastoreWrite, error) {
	var writes []nodeapi.DatastoreWrite
	left := nodeapi.MaxDatastoreBatch
	for {
		chunk, err := call.Next()
		if errors.Is(err, io.EOF) {
			return writes, nil
		}
		if err != nil {
			return nil, err
		}
		if chunk.Item {
			write, err := nextWrite(chunk)
			if err != nil {
				return nil, err
			}
			if len(writes) == nodeapi.MaxDatastoreChanges {
				return nil, tooLargeABatch()
			}
			writes = append(writes, write)
			continue
		}
		if len(writes) == 0 || writes[len(writes)-1].Delete {
			return nil, nodeapi.Errorf(nodeapi.CodeBadRequest, nil, "got bytes that are no record's")
		}
		if left -= len(chunk.Data); left < 0 {
			return nil, tooLargeABatch()
		}
		last := &writes[len(writes)-1]
		last.Value = append(last.Value, chunk.Data...)
	}
}

func nextWrite(chunk messageport.Chunk) (nodeapi.DatastoreWrite, error) {
	var write nodeapi.DatastoreWrite
	if err := chunk.Decode(&write.DatastoreChange); err != nil {
		return write, explain(err, chunk.Decode)
	}
	return write, checkKey(write.Key)
}

func tooLargeABatch() error {
	const size, changes = nodeapi.MaxDatastoreBatch, nodeapi.MaxDatastoreChanges
	return nodeapi.Errorf(nodeapi.CodeBatchTooLarge, map[string]any{"limit": size, "changes": changes},
		"more than %d bytes or %d changes at once", size, changes)
}
