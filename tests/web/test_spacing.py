"""What lays a template out for whoever reads it is not sent."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from support.cast import House, Person


def test_no_line_of_a_page_is_indented_but_those_of_its_style_and_scripts(
    cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    page = sign_in(cedar.nour).get("/r/hamra/kitchen").text
    ours = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    assert "<header" in ours and re.findall(r"^[ \t].*", ours, re.MULTILINE) == []
