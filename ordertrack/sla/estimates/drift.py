"""How much slower or faster than usual a kitchen is right now: one factor for each moment.

Each of the last orders says how long it took beside what half of such orders usually take. What came slower
pulls the factor up and what came faster pulls it down, none by more than one order's worth, so a tap that was
forgotten moves little. An order that is still open pulls up only, and the more, the longer it waits already:
it will take as long as it has waited at least. An order speaks once so much time has passed as half of such
take, or the fast ones of a minute would be heard before its slow ones. New orders count more than old ones,
and a few orders that took exactly as usual are always among them, so that two or three slow ones are no slow
kitchen yet.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np

from ordertrack.sla.measure.fold import SECOND
from ordertrack.sla.measure.histogram import Floats, Ints
from ordertrack.sla.measure.microseconds import microseconds, moment_at

USUAL = 3.0  # orders that took as usual, beside those that came
HALF_OF = 12.0  # so many orders later, one counts half
FOLLOWED_FOR = 4 * 3600 * SECOND  # what was confirmed before that is of another shift, or forgotten
LEAST, MOST = 0.5, 3.0
STEP = 0.05  # a factor is said in steps, or every order would move the time that a guest reads

SLOT = 300 * SECOND  # the factor is of a moment on this grid, so every screen says the same
LAG = 30 * SECOND  # by then what came before is known everywhere

_LOG_NORMAL_90 = 1.2816  # how many standard deviations nine tenths lie above the half
_LOGISTIC = math.sqrt(3) / math.pi  # the scale of a logistic curve that is as wide as one standard deviation
_USUAL_SCALE = 0.4 * _LOGISTIC
_NARROWEST, _WIDEST = 0.25, 0.8  # in standard deviations of the logarithm
_HALVINGS = 12  # of the span that the factor is looked for in: closer than STEP by far
_FURTHEST = 40.0  # e to the power of this is no overflow, and curves are flat long before


def moment_of(since: Ints) -> Ints:
    """On what moment the factor rests for an order that began at `since` (microseconds)."""
    found: Ints = (since - LAG) // SLOT * SLOT
    return found


def spread(low: Floats, high: Floats) -> Floats:
    """How far times usually lie apart, of ranges from their half to their nine tenths, in seconds."""
    width = np.log(np.maximum(high, 1.0) / np.maximum(low, 1.0)) / _LOG_NORMAL_90
    found: Floats = np.clip(width, _NARROWEST, _WIDEST)
    return found


def factors(began: Ints, ended: Ints, usual: Floats, spreads: Floats, moments: Ints) -> Floats:
    """The factor at each of these moments, between LEAST and MOST in steps of STEP; 1 where nothing is known.

    The orders are of one restaurant and fulfilment, sorted by `began`, in microseconds; what is open yet ends
    in the future. `usual` are the seconds that half of such orders take. Only what was known at a moment
    counts in it: of an order that ended later, how long it had waited.
    """
    at = moments[:, None]
    is_there = (began + usual * SECOND <= at) & (began >= at - FOLLOWED_FOR)
    has_ended = is_there & (ended <= at)
    newer = is_there.sum(axis=1, keepdims=True) - np.cumsum(is_there, axis=1)
    weight = np.where(is_there, 0.5 ** (newer / HALF_OF), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        waited = np.where(is_there, np.log((np.minimum(ended, at) - began) / SECOND / usual), 0.0)
    waited = np.maximum(np.nan_to_num(waited, neginf=-_FURTHEST), -_FURTHEST)
    low = np.full(len(moments), math.log(LEAST))
    high = np.full(len(moments), math.log(MOST))
    scale = spreads * _LOGISTIC
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        beyond = np.clip((waited - middle[:, None]) / scale, -_FURTHEST, _FURTHEST)
        pull = np.where(has_ended, np.tanh(beyond / 2), 1 / (1 + np.exp(-beyond)))
        total = (weight * pull).sum(axis=1) - USUAL * np.tanh(middle / _USUAL_SCALE / 2)
        low, high = np.where(total > 0, middle, low), np.where(total > 0, high, middle)
    found: Floats = np.round(np.exp((low + high) / 2) / STEP) * STEP
    return np.where(is_there.any(axis=1), found, 1.0)


def shown(since: Ints, low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Between which whole minutes (microseconds since 1970) an order is to come: what its guest reads."""
    minute = 60 * SECOND
    first = since + np.round(low * SECOND).astype(np.int64)
    last = since + np.round(high * SECOND).astype(np.int64)
    return first // minute * minute, last // minute * minute + minute


def moment_before(since: dt.datetime) -> dt.datetime:
    """The same as `moment_of`, of one order."""
    return moment_at((microseconds(since) - LAG) // SLOT * SLOT)
