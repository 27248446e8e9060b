"""The harness: scenarios, implementations, checks, and the runner that puts them together."""

__version__ = "0.1.0"
