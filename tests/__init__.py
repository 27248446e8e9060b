"""The tests, told by the names of their files."""
