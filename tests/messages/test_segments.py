"""What a short message is counted as: by the alphabet of telephones, or by 70 characters of any other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.messages.sms.segments import _BASIC, _ESCAPED, count, plain

GSM = st.text(st.sampled_from(_BASIC + _ESCAPED), max_size=700)
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=400)


@pytest.mark.parametrize(
    ("text", "length", "segments", "is_unicode"),
    [
        ("", 0, 1, False),
        ("a" * 160, 160, 1, False),
        ("a" * 161, 161, 2, False),
        ("a" * 306, 306, 2, False),
        ("a" * 307, 307, 3, False),
        ("€" * 80, 160, 1, False),
        ("a" * 152 + "€" + "a" * 152, 306, 3, False),  # nothing is parted
        ("طلبك", 4, 1, True),
        ("ط" * 70, 70, 1, True),
        ("ط" * 71, 71, 2, True),
        ("ط" * 134, 134, 2, True),
        ("ط" * 135, 135, 3, True),
        ("a" * 69 + "ê", 70, 1, True),
        ("😀" * 35, 70, 1, True),
        ("a" * 66 + "😀" + "a" * 66, 134, 3, True),
    ],
)
def test_a_text_is_as_many_messages_as_providers_count(
    text: str, length: int, segments: int, is_unicode: bool
) -> None:
    counted = count(text)
    assert (counted.length, counted.segments, counted.is_unicode) == (length, segments, is_unicode)


@given(GSM)
def test_what_the_alphabet_of_telephones_has_is_counted_by_160_and_153(text: str) -> None:
    counted = count(text)
    assert not counted.is_unicode
    assert counted.length == len(text) + sum(each in _ESCAPED for each in text)
    assert (counted.segments == 1) == (counted.length <= 160)
    assert counted.segments == 1 or counted.length / 153 <= counted.segments <= counted.length / 152 + 1


@given(ANY)
def test_more_text_is_never_fewer_messages_and_one_letter_one_more_at_most(text: str) -> None:
    whole, before = count(text), count(text[:-1])
    if before.is_unicode == whole.is_unicode:
        assert before.segments <= whole.segments <= before.segments + 1


@given(ANY, st.characters(min_codepoint=0x621, max_codepoint=0x64A))
def test_one_arabic_letter_makes_it_70(text: str, letter: str) -> None:
    counted = count(text + letter)
    assert counted.is_unicode and counted.room in (70, 67)


@given(ANY)
def test_what_typesetters_write_is_written_as_telephones_do_and_nothing_else_is_changed(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert not set(plain(text)) & set("’“”–…\u00a0\u202f\u2066\u2069")
    bare = "".join(each for each in text if each.isascii() or "\u0600" <= each <= "\u06ff")
    assert plain(bare) == bare
