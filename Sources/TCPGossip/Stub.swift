enum TCPGossipStub {}
