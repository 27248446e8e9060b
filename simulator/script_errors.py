"""The errors that script can meet, by the names that script sees."""

from __future__ import annotations


class ScriptError(Exception):
    """An exception as a page or worker sees it: ``name`` is the specification's, the message ours."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class ThrownAtOnce(ScriptError):
    """An exception thrown by an operation that should have given a promise."""


def type_error(message: str) -> ScriptError:
    return ScriptError("TypeError", message)


def abort_error(message: str) -> ScriptError:
    return ScriptError("AbortError", message)


def invalid_state_error(message: str) -> ScriptError:
    return ScriptError("InvalidStateError", message)


def not_allowed_error(message: str) -> ScriptError:
    return ScriptError("NotAllowedError", message)


def quota_exceeded_error(message: str) -> ScriptError:
    return ScriptError("QuotaExceededError", message)
