"""Writes to the catalogue: events, reviews and relations."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe.adapters.rpc import RpcCatalogue
from helioscribe.domain.event import Event
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.members import member_of
from helioscribe.domain.relation import Relation, said_of
from helioscribe.domain.review import Review, Verdict, kind_of
from helioscribe.domain.times import utc_now

__all__ = ["Records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Writes to the catalogue in the name of the token's owner: `Client.records`.

    Examples
    --------
    >>> (one,) = sun.records.submit([{"event_type": "FL", "frm_name": "by eye", ...}])  # doctest: +SKIP
    >>> sun.records.relate(one, "is_associated_with", "evt-85442c20...")  # doctest: +SKIP
    """

    catalogue: RpcCatalogue
    """The catalogue service."""

    def submit(self, rows: Iterable[Mapping[str, Any]], *, reason: str = "submitted") -> list[str]:
        """Add events and return their ids; an event with a known ``kb_archivid`` gets a new revision.

        Needs the scope ``write``.

        Parameters
        ----------
        rows
            Values by HEK's column names; ``/schema`` of the web service lists the columns.
        reason
            Reason to enter in the history of the events.

        Raises
        ------
        InvalidInputError
            If a row is not valid. The message names the column, and nothing is added.
        """
        events = [event_of_row(row, origin=f"submitted by {getpass.getuser()}") for row in rows]
        self.catalogue.import_events(events, reason=reason)
        return [event.id for event in events]

    def retract(self, event_id: str, *, reason: str = "") -> Event:
        """Retract an event and return it as it is then. Needs the scope ``write``.

        Raises
        ------
        NotFoundError
            If there is no such event.
        InvalidInputError
            If a detector found the event: review it instead.
        """
        return self.catalogue.retract(event_id, reason=reason)

    def relate(self, event_id: str, word: str, other: str, *, comment: str = "", by: str | None = None) -> Relation:
        """Add a relation from one event to another, such as ``causes`` or ``follows``. Needs the scope ``write``.

        Raises
        ------
        InvalidInputError
            If the relation is unknown, or both events are the same.
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
        """Review an event, an image or a cluster. Needs the scope ``review``.

        Parameters
        ----------
        subject
            Id of the event, id of the image's observation, or name of the cluster (detector/model version/number).
        verdict
            A value of `helioscribe.domain.review.Verdict`, such as ``confirm``.
        label
            The class with ``relabel``, or what the image shows with ``label``.
        rating
            0 to 1, with ``rate``.
        comment
            Reason, or the comment itself.
        by
            Name of the reviewer; by default the user of this process. The server adds the owner of the token.

        Examples
        --------
        >>> sun.records.review("evt-85442c20...", "reject", comment="side lobes")  # doctest: +SKIP
        """
        review = Review(
            kind=kind_of(subject),
            subject=subject,
            verdict=member_of(Verdict, verdict, "verdict"),
            by=by or getpass.getuser(),
            at=utc_now(),
            label=label,
            rating=rating,
            comment=comment,
        )
        return self.catalogue.add_review(review)
