"""Words and numbers in reports: nothing unseen gets through, nothing long goes unannounced."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.text import SECOND, clip, duration, plural, size, times, visible

# Format characters that draw something: the prepended number signs of Arabic, Syriac and Kaithi.
_DRAWN = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize("lines", [False, True])
def test_no_character_without_a_picture_gets_through(lines: bool) -> None:
    kept = {"\n", "\t"} if lines else set()
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in _DRAWN:
            assert chr(code) in kept or chr(code) not in visible(chr(code), lines=lines), hex(code)


_PICTURES = st.characters(
    categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u3164\uffa0\ufffc"
)


@given(st.text(_PICTURES))
def test_what_has_a_picture_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("\x1b[2J", "⟨U+001B⟩[2J"),
        ("\ud800", "⟨U+D800⟩"),
        ("one\ntwo\tthree", "one↵two⇥three"),
        ("naïve 下載 ✓", "naïve 下載 ✓"),
    ],
)
def test_unseen_characters_are_named(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_layout_keeps_its_lines() -> None:
    assert visible("a\r\n\tb\rc", lines=True) == "a\n\tb⟨U+000D⟩c"


@given(st.text(max_size=50), st.integers(0, 40))
def test_a_cap_is_announced_with_the_full_length(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert clipped == text if len(text) <= limit else clipped.startswith(text[:limit] + "…")
    assert len(text) <= limit or f"{len(text)} characters" in clipped


@pytest.mark.parametrize(
    ("nanoseconds", "told"),
    [
        (0, "0 s"),
        (999, "999 ns"),
        (850_000, "850 µs"),
        (12_500_000, "12.5 ms"),
        (9_181_234, "9.18 ms"),
        (324_012_999, "324 ms"),
        (100_000_000, "100 ms"),
        (1_204_000_000, "1.204 s"),
        (59_999_999_999, "59.999 s"),
        (60 * SECOND, "1 min"),
        (123 * SECOND, "2 min 3 s"),
        (8 * 3600 * SECOND + SECOND, "8 h 1 s"),
        (25 * 3600 * SECOND, "1 d 1 h"),
        (-2 * SECOND, "−2 s"),
        (10**400, None),
    ],
)
def test_times_are_told_as_people_tell_them(nanoseconds: int, told: str | None) -> None:
    assert told is None or duration(nanoseconds) == told
    assert duration(nanoseconds)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 bytes"), (1, "1 byte"), (102_400, "100 KiB"), (102_401, "102,401 bytes"), (3 << 30, "3 GiB")],
)
def test_sizes_are_never_rounded(count: int, told: str) -> None:
    assert size(count) == told


def test_a_count_agrees_with_its_noun() -> None:
    assert (plural(1, "result"), plural(0, "result"), plural(1_000, "result")) == (
        "1 result",
        "0 results",
        "1,000 results",
    )


def test_times_after_a_long_wait_are_told_apart() -> None:
    hours = 8 * 3_600 * SECOND
    moments = [0, hours + 1, hours + 1, hours + 12_000_001, hours + 90 * SECOND]
    assert list(times(moments)) == ["0 s", "8 h", "8 h", "+12 ms", "8 h 1 min 30 s"]
