"""What people and programs write into the catalogue: records, what they say of events and images, and relations."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe.adapters.rpc import RpcCatalogue
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.relation import Relation, said_of
from helioscribe.domain.review import Review, Verdict, kind_of
from helioscribe.domain.times import utc_now

__all__ = ["Records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Signed with the name of the token, where the server asks for tokens: `Client.records`.

    Examples
    --------
    >>> (one,) = sun.records.submit([{"event_type": "FL", "frm_name": "by eye", ...}])  # doctest: +SKIP
    >>> sun.records.relate(one, "is_associated_with", "evt-85442c20...")  # doctest: +SKIP
    """

    catalogue: RpcCatalogue
    """The catalogue service."""

    def submit(self, rows: Iterable[Mapping[str, Any]], *, reason: str = "submitted") -> list[str]:
        """Enter records and return their ids; the same ``kb_archivid`` again is a revision. Needs the scope ``write``.

        Parameters
        ----------
        rows
            Columns as in HEK's replies; ``/schema`` of the web service lists them.
        reason
            Why, for their history.

        Raises
        ------
        InvalidInputError
            With the column's name, before anything is entered.
        """
        events = [event_of_row(row, origin=f"submitted by {getpass.getuser()}") for row in rows]
        self.catalogue.import_events(events, reason=reason)
        return [event.id for event in events]

    def retract(self, event_id: str, *, reason: str = "") -> Event:
        """Withdraw a record; it stays as a tombstone, which is returned. Needs the scope ``write``.

        Raises
        ------
        NotFoundError
            If there is no such event.
        InvalidInputError
            If a detector found it: such events are reviewed.
        """
        return self.catalogue.retract(event_id, reason=reason)

    def relate(self, event_id: str, word: str, other: str, *, comment: str = "", by: str | None = None) -> Relation:
        """Say how an event stands to another: ``causes``, ``follows``, ... Needs the scope ``write``.

        Raises
        ------
        InvalidInputError
            For another word, or an event and itself.
        NotFoundError
            If there is no such event.
        """
        who = by or getpass.getuser()
        return self.catalogue.relate(said_of(event_id, word, other, by=who, at=utc_now(), comment=comment))

    def review(
        self,
        subject: str,
        verdict: str,
        *,
        label: str = "",
        rating: float | None = None,
        comment: str = "",
        by: str | None = None,
    ) -> Review:
        """Say something of an event, an image (id of its observation) or a cluster (detector/model version/number).

        Parameters
        ----------
        subject
            Its id.
        verdict
            See `helioscribe.domain.review.Verdict`.
        label, rating, comment
            With ``relabel`` and ``label``, with ``rate``, and why.
        by
            Who says so; the user of this process by default. The owner of the token is told, too.

        Examples
        --------
        >>> sun.records.review("evt-85442c20...", "reject", comment="side lobes")  # doctest: +SKIP
        """
        if verdict not in list(Verdict):
            raise InvalidInputError(f"verdict: expected one of {', '.join(Verdict)}, got {verdict[:40]!r}")
        said = {"label": label, "rating": rating, "comment": comment, "by": by or getpass.getuser()}
        review = Review(kind=kind_of(subject), subject=subject, verdict=Verdict(verdict), at=utc_now(), **said)  # type: ignore[arg-type]
        return self.catalogue.add_review(review)
