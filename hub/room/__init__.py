"""The live room: journal, progress, feed, board and the service around them."""
