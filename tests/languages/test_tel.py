"""The address by which a device calls what somebody wrote into a field for a phone."""

from __future__ import annotations

import pytest

from ordertrack.i18n.labels import tel


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("+961 3 123-456", "tel:+9613123456"),
        ("(03) 12.34", "tel:031234"),
        ("٠٣ ١٢٣٤٥٦", "tel:03123456"),
        ("\u06f0\u06f3 12", "tel:0312"),
        ("03/123456 or 70/654321", "tel:03123456"),
        ("70 123 456 ext 12", "tel:70123456"),
        ("mobile: 70 1", "tel:701"),
        ("*#06#", "tel:06"),
        ("call me", ""),
        ("", ""),
    ],
)
def test_the_first_number_is_called_whatever_its_digits_and_without_codes(written: str, called: str) -> None:
    assert tel(written) == called
