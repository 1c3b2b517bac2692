"""What a template says of a constant it says in the reader's language, whoever it was compiled for."""

from __future__ import annotations

import pytest
from flask import Flask

from ordertrack.i18n.translate import speaking


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ('{{ "ready" | status }}', {"en": "Ready", "fr": "Prête", "ar": "جاهز"}),
        ('{{ "pickup" | fulfilment }}', {"en": "Pickup", "fr": "Retrait", "ar": "استلام"}),
        ("{{ 1234.5 | number }}", {"en": "1,234.5", "fr": "1\u202f234,5", "ar": "1,234.5"}),
    ],
)
def test_a_constant_is_said_in_the_language_of_each_rendering(
    app: Flask, template: str, said: dict[str, str]
) -> None:
    with speaking("ar"):
        compiled = app.jinja_env.from_string(template)
    for tag, expected in said.items():
        with speaking(tag):
            assert compiled.render() == expected


def test_every_filter_of_ours_waits_for_the_rendering(app: Flask) -> None:
    ours = {
        name: function
        for name, function in app.jinja_env.filters.items()
        if function.__module__.startswith("ordertrack")
    }
    assert len(ours) > 20
    assert [name for name, function in ours.items() if not hasattr(function, "jinja_pass_arg")] == []
