package p2p_test

// What TestInBrowser tells the tests that it starts in a browser: the addresses
// of a peer, of one where nobody listens, of one that says nothing, and of a
// relay.
const (
	peerVariable   = "SHAREDNODE_TEST_PEER"
	absentVariable = "SHAREDNODE_TEST_ABSENT"
	silentVariable = "SHAREDNODE_TEST_SILENT"
	relayVariable  = "SHAREDNODE_TEST_RELAY"
	dnsVariable    = "SHAREDNODE_TEST_DNS"     // the URL of a server that resolves
	namedVariable  = "SHAREDNODE_TEST_DNSADDR" // this one
)

const echo = "/echo/1"
