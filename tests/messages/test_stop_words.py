"""A guest who answers STOP, in their own language and spelling, is heeded; who writes a sentence is not."""

from __future__ import annotations

import pytest

from ordertrack.messages.stops import Said, said_in


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", " stop. ", "Stop!", "ARRÊT", "arret", "Arrêter", "désabonner"),
        *("توقف", "إيقاف", "ايقاف", "أوقف", "قِف", "الغاء", "إلغاء"),
    ],
)
def test_stop_is_heard_in_three_languages(text: str) -> None:
    assert said_in(text) == Said.STOP


@pytest.mark.parametrize("text", ["START", "unstop", "début", "ابدأ", "ابدا"])
def test_so_is_start(text: str) -> None:
    assert said_in(text) == Said.START


@pytest.mark.parametrize(
    "text", ["", "stop by at eight", "please don't stop", "thanks", "شكرا", "1", "never stop", "🛑", "\0"]
)
def test_whatever_else_is_written_stops_nothing(text: str) -> None:
    assert said_in(text) is None
