"""Nobody who need not know it reads an address of a guest."""

from __future__ import annotations

from ordertrack.messages.masking import hidden, masked


def test_as_much_is_left_as_tells_two_apart() -> None:
    assert masked("+9613555127") == "+961•••127"
    assert masked("rana@example.com") == "r•••@example.com"
    assert masked("12") == "•••" and masked("") == "•••"


def test_what_a_provider_repeats_is_masked() -> None:
    number = "+9613555127"
    for said in (f"The number {number} is not valid", "to=9613555127 refused"):
        assert "3555127" not in hidden(said, number) and "+961•••127" in hidden(said, number)
    assert hidden("550 <rana@example.com> unknown", "rana@example.com") == "550 <r•••@example.com> unknown"
