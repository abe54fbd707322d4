"""People: who works with the console and the API, how they come in, and what each may do."""

from __future__ import annotations

from mintage.people.administration import Administration
from mintage.people.own import OwnAccount
from mintage.people.signing import Signing


class People(Signing, OwnAccount, Administration):
    """All use cases of this room, on the console's file of tables.

    What changes something takes who asks, checks whether he or she may, and returns what was done, from which
    `mintage.people.done.record_of` makes the fact for the journal. Its `cookie`, where there is one, goes to the
    browser that asked in place of what it held.

    Args:
        db: the console's file of tables; its key stands beside it, as the same name with the ending .key.
        clock: what time it is.
        passwords: how passwords are kept.
    """
