"""What is refused at the door. Neither error says whether somebody of that name is there."""

from __future__ import annotations

from mintage.units.errors import MintageError


class SignInRefused(MintageError):
    """Whoever asks has not shown who he or she is: a wrong name, password, code or link, all told alike.

    Args:
        problem: one sentence on what is not right.
    """

    def __init__(self, problem: str = "the name or the password is not right.") -> None:
        super().__init__(problem)


class TooMany(MintageError):
    """Too many attempts; the next one is heard later.

    Args:
        wait_s: seconds until then.
    """

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, -int(-wait_s // 1))
        super().__init__(f"there were too many attempts. Try again in {self.wait_s} s.")
