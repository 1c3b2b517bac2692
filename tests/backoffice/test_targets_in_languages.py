"""The page of targets and shifts in French and Arabic: what it refuses, and the digits that it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from backoffice.targets_forms import RULES, TARGETS, a_shift, rules, sentences, target, typed
from languages.read_aloud import english_of
from ordertrack.i18n.translate import COOKIE
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import Stage

_SETTINGS = "/sla/settings/hamra"


@pytest.mark.parametrize(("tag", "said"), [("fr", "n’est pas un fuseau horaire"), ("ar", "ليست منطقة زمنية")])
def test_what_cannot_be_saved_is_said_in_the_readers_language(maya: FlaskClient, tag: str, said: str) -> None:
    maya.set_cookie(COOKIE, tag)
    shifts = (a_shift(0, "A", "11:00", "16:00", ["2"]), a_shift(1, "B", "12:00", "13:00", ["2"]))
    answer = maya.post(RULES, data=rules(*shifts, timezone="Mars"))
    assert answer.status_code == 422
    assert said in sentences(answer)
    assert not english_of(tag).search(sentences(answer))


def test_digits_of_an_arabic_keyboard_are_read_and_shown_again(
    maya: FlaskClient, saved_settings: Callable[[], RestaurantSettings], today: dt.date
) -> None:
    maya.set_cookie(COOKIE, "ar-arab")
    form = rules(a_shift(0, "غداء", "١١:٠٠", "١٦:٠٠"), day_starts="٠٥:٠٠", early_before="٣٠")
    assert maya.post(RULES, data=form | {"forgotten_after": "٩٠٫٥"}).status_code == 302
    latest = saved_settings().calendar.rules[-1]
    assert (latest.day_starts, latest.forgotten_after, latest.early_before) == (dt.time(5), 5430, 30)
    page = maya.get(_SETTINGS)
    assert (typed(page, "forgotten_after"), typed(page, "early_before")) == ("٩٠٫٥", "٣٠")
    assert typed(page, "day_starts") == "05:00"  # as a browser's field for times wants it
    day = today.isoformat().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert maya.post(TARGETS, data=target(minutes="٧٫٥", valid_from=day)).status_code == 302
    assert saved_settings().targets.own_at(Stage.KITCHEN, None, today) == 450
    assert "حُفظ" in maya.get(_SETTINGS).text
