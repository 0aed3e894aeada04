"""Refusals in the words of the domain; no HTTP in them (``problems.py`` maps them)."""

from __future__ import annotations


class Refused(Exception):
    """The request cannot be carried out."""

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class NotFound(Refused):
    """There is nothing of that kind, or it may not be seen."""


class NotAllowed(Refused):
    """This may be seen but not done by this actor."""


class StepNotAllowed(Refused):
    """The lifecycle has no such step from here."""


class Outdated(Refused):
    """Somebody else changed this in the meantime."""


class ConsentMissing(Refused):
    """The person's consent is not given, or no longer valid."""


class DoubleBooking(Refused):
    """Somebody would be at two things at once."""


class RuleBroken(Refused):
    """A rule that cannot be set aside stands against this."""


class ImportNotAccepted(Refused):
    """The files cannot be taken over as they are."""


class RunRefused(Refused):
    """The calculation cannot be started now."""


class TooManyRuns(Refused):
    """This account asked for too many calculations; this works again a little later."""

    def __init__(self, seconds: int) -> None:
        super().__init__("", seconds=seconds)
        self.seconds = seconds


class KeyReused(Refused):
    """The key of a request came with another request before."""


class NotCalculable(Refused):
    """What is asked or set makes no sense to calculate with."""


class AbsenceNotValid(Refused):
    """The days or hours of an absence make no sense, or one is noted for them."""


class HoursNotValid(Refused):
    """The hours or limits of somebody make no sense as they were filled in."""


class CalendarRefused(Refused):
    """A calendar of another program cannot be read; `code` says why, and nothing of what stood in it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WrongDatabase(Refused):
    """The database cannot be used by this version or for this purpose."""


class LinkNotValid(Refused):
    """This link or code does not work, or no longer."""


class SignInFailed(Refused):
    """What was given does not let anybody in; it is never said which part was wrong."""


class NotAcceptable(Refused):
    """What was filled in cannot be taken as it is: a password, an address, a name."""

    def __init__(self, message: str, field: str = "", **facts: object) -> None:
        super().__init__(message, **facts)
        self.field = field


class TooManyInvitations(Refused):
    """This account invited too many people; this works again a little later."""

    def __init__(self, seconds: int) -> None:
        super().__init__("", seconds=seconds)
        self.seconds = seconds
