"""Acts of this room: expect, send, receive, match, work by hand, chase."""
