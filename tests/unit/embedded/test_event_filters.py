"""Options of the command line as queries."""

import shlex

import click
import pytest
from click.testing import CliRunner

from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EventStatus
from helioscribe.domain.query import EventQuery, Order
from helioscribe.domain.review import Reviewed
from helioscribe.domain.search_region import Frame, SearchBox, SearchCone
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.event_filters import event_filters, event_order
from helioscribe.runtime.questions import event_query


def parsed(*arguments: str) -> EventQuery:
    found = []

    @click.command()
    @event_filters
    @event_order
    def command(**filters):
        found.append(event_query(**filters))

    CliRunner().invoke(command, arguments, catch_exceptions=False)
    return found[0]


def test_nothing_asks_for_the_usual() -> None:
    assert parsed() == EventQuery()


def test_everything() -> None:
    written = """
        --start 2022-03-28 --end 2022-03-29 --contained --type fl --type AR --detector a --detector b
        --method SPoCA --method-version 1.2 --instrument AIA
        --box=-90,-30.5,0,30 --cone 10,0,5 --frame stonyhurst
        --min-probability 0.5 --goes-class M1 --noaa 12975 --text 'loop limb' --where 'hs_bands>=5'
        --status retracted --reviewed any --sort goes_class --descending --limit 7
    """
    query = parsed(*shlex.split(written))
    assert query == EventQuery(
        time_range=TimeRange.of("2022-03-28", "2022-03-29"),
        contained=True,
        event_types=("FL", "AR"),
        detectors=("a", "b"),
        frm_names=("SPoCA",),
        versions=(1.2,),
        instruments=("AIA",),
        box=SearchBox(frame=Frame.STONYHURST, x1=-90, y1=-30.5, x2=0, y2=30),
        cone=SearchCone(frame=Frame.STONYHURST, x=10, y=0, radius=5),
        probability=0.5,
        text="loop limb",
        conditions=tuple(map(Condition.parse, ("hs_bands>=5", "ar_noaanum=12975", "fl_goescls>=M1"))),
        statuses=(EventStatus.RETRACTED,),
        reviewed=Reviewed.ANY,
        order=Order.GOES_CLASS,
        descending=True,
        limit=7,
    )


@pytest.mark.parametrize(
    "arguments", [("--type", "XX"), ("--box", "1,2,3"), ("--cone", "a,b,c"), ("--where", "huh"), ("--start", "soon")]
)
def test_what_cannot_be_read_is_named(arguments: tuple[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        parsed(*arguments)
