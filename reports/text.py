"""Words and numbers made fit to be read: hostile characters shown, long values capped, units told.

Everything that a run holds was written by somebody else: titles, headers and bodies may carry
terminal escapes, direction overrides or a megabyte of one letter. What leaves this room is
plain text that moves no cursor, turns no line around and says what was left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

SECOND = 1_000_000_000
_UNITS = ((86_400 * SECOND, "d"), (3_600 * SECOND, "h"), (60 * SECOND, "min"))
_SIZES = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))

# Controls (C0, DEL, C1), soft hyphen, fillers, bidirectional and zero-width marks, line and paragraph
# separators, invisible operators, interlinear marks, lone surrogates, noncharacters, the format
# controls of hieroglyphs, shorthand and music, tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = str.maketrans({"\n": "↵", "\t": "⇥"})


def visible(text: str, *, lines: bool = False) -> str:
    """The text with every unseen character named as ⟨U+202E⟩, so that it can do nothing.

    ``lines`` keeps line breaks and tabs, for text that is shown as it is laid out; otherwise
    they become ↵ and ⇥.
    """
    if lines:
        text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    named = _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
    return named if lines else named.translate(_BREAKS)


def clip(text: str, limit: int) -> str:
    """The first ``limit`` characters, with the cap and the full length announced."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text):,} characters, the first {limit:,} shown)"


def short(text: str, limit: int) -> str:
    """The first ``limit`` characters and an ellipsis, for a text that stands whole in another place."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def duration(nanoseconds: int) -> str:
    """A time as a reader says it: 0 s, 850 µs, 12.5 ms, 1.204 s, 2 min 3 s, 8 h, 8 h 1 s."""
    if nanoseconds < 0:
        return "−" + duration(-nanoseconds)
    if nanoseconds < 60 * SECOND:
        return _small(nanoseconds)
    parts: list[str] = []
    rest = nanoseconds + SECOND // 2
    for length, unit in _UNITS:
        count, rest = divmod(rest, length)
        parts += [f"{count} {unit}"] if count else []
    parts += [f"{rest // SECOND} s"] if rest >= SECOND else []
    return " ".join(parts)


def times(moments: Sequence[int]) -> Iterator[str]:
    """Times in their order, each as a reader says it; one that would read as those before it says how
    much later it is than the first of them."""
    for _, alike in groupby(moments, duration):
        first, *later = alike
        yield duration(first)
        yield from (f"+{duration(time - first)}" if time > first else duration(first) for time in later)


def _small(nanoseconds: int) -> str:
    """A time below a minute: seconds to the millisecond, what is shorter to three digits."""
    for length, unit in ((SECOND, "s"), (1_000_000, "ms"), (1_000, "µs")):
        if nanoseconds >= length:
            whole, rest = divmod(nanoseconds * 1000 // length, 1000)
            places = 3 if unit == "s" else 3 - len(str(whole))
            return f"{whole}.{f'{rest:03}'[:places]}".rstrip("0").rstrip(".") + f" {unit}"
    return f"{nanoseconds} ns" if nanoseconds else "0 s"


def size(count: int) -> str:
    """An amount of bytes: in a binary unit where that is exact, else as it is."""
    for length, unit in _SIZES:
        if count >= length and count % length == 0:
            return f"{count // length:,} {unit}"
    return f"{count:,} {'byte' if count == 1 else 'bytes'}"


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 result, 2 results."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
