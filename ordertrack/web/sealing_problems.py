"""What a page says where a secret that it needs cannot be opened."""

from __future__ import annotations

from ordertrack.i18n.translate import gettext as _
from ordertrack.outgoing.sealing import SealedByAnother
from ordertrack.web.problems import Problem, problem_of, refused_for_now


@problem_of.register
def _sealed_by_another(error: SealedByAnother) -> Problem:
    return refused_for_now(
        error,
        _("A secret that is kept here cannot be opened: the house has another key now. Tell its operator."),
    )
