"""The FIX acceptor: sockets in front, the state machine in the middle, the line behind."""
