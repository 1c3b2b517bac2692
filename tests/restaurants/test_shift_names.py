"""A shift that nobody has renamed is called by its reader's word; one that somebody named keeps its name."""

from __future__ import annotations

import pytest

from ordertrack.i18n.translate import speaking
from ordertrack.restaurants import naming
from ordertrack.restaurants.calendar import DEFAULT_SHIFTS

CALLED = {"en": ["Lunch", "Dinner"], "fr": ["Midi", "Soir"], "ar": ["الغداء", "العشاء"]}


@pytest.mark.parametrize("language", CALLED)
def test_the_usual_shifts_are_called_in_the_readers_language_and_saved_as_before(language: str) -> None:
    with speaking(language):
        said = [naming.shift(each.name) for each in DEFAULT_SHIFTS]
        assert said == CALLED[language]
        assert [naming.shift_typed(each) for each in said] == [each.name for each in DEFAULT_SHIFTS]


@pytest.mark.parametrize("language", CALLED)
def test_a_shift_that_somebody_named_has_that_name_in_every_language(language: str) -> None:
    with speaking(language):
        assert naming.shift("Brunch") == naming.shift_typed("Brunch") == "Brunch"
