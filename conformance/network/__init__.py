"""The network that a real browser is given: a namespace of its own, a proxy, and the origin on loopback."""
