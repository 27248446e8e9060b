"""The world's end of the wire: the HTTP/1.1 origin of a scenario, over whatever stream carries it."""
