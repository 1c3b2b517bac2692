"""Why a call to somebody else's server came to nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Why(StrEnum):
    """In a word; pages have the sentence in the reader's language."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"


class CallFailed(Exception):
    """There is no answer; the message is a sentence for an operator, and holds no secret."""

    why: ClassVar[Why]


class AddressRefused(CallFailed):
    """Nothing was sent: the address is none that may be called."""

    why = Why.REFUSED


class Unreachable(CallFailed):
    """No name, no connection, no certificate for the name, or no HTTP at the other end."""

    why = Why.UNREACHABLE


class TooSlow(CallFailed):
    """The call as a whole took too long; what was sent may have been read."""

    why = Why.TOO_SLOW


class AnswerTooLarge(CallFailed):
    """It was answered, with more than was wanted."""

    why = Why.TOO_LARGE
