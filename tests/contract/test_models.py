"""What every `ModelRegistry` does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.errors import ConflictError, InvalidInputError, NotFoundError
from helioscribe.domain.model import Alias, holder_at
from helioscribe.ports.models import ModelRegistry
from support.factories import at, make_card


@pytest.fixture
def versions(models: ModelRegistry) -> list[str]:
    names = ["1.0.0", "1.1.0", "2.0.0"]
    for number, version in enumerate(names):
        models.register(make_card(version, created=at(number)))
    return names


def test_card_comes_back_as_it_was(models: ModelRegistry) -> None:
    bare = make_card("bare", recipe={}, dataset={}, metrics={}, thresholds={}, notes="", files={})
    for card in (make_card(), bare):
        models.register(card)
        models.register(card)
        assert models.card(card.name, card.version) == card
    assert len(models.cards()) == 2


def test_a_version_never_changes(models: ModelRegistry) -> None:
    models.register(make_card())
    with pytest.raises(ConflictError, match="stix-lstm 1.0.0"):
        models.register(make_card(notes="better"))
    assert models.card("stix-lstm", "1.0.0") == make_card()


def test_cards_by_name_and_time(models: ModelRegistry) -> None:
    for name, version, minute in (("b", "1", 0), ("a", "2", 5), ("a", "1", 9)):
        models.register(make_card(version, name=name, created=at(minute)))
    assert [(card.name, card.version) for card in models.cards()] == [("a", "2"), ("a", "1"), ("b", "1")]
    assert [card.name for card in models.cards("b")] == ["b"]
    assert models.cards("c") == []


def test_unknown(models: ModelRegistry) -> None:
    with pytest.raises(NotFoundError, match="nope"):
        models.card("nope", "1")
    with pytest.raises(NotFoundError, match="champion"):
        models.resolve("nope")
    with pytest.raises(NotFoundError, match="nope"):
        models.promote("nope", "1", by="me")
    with pytest.raises(ConflictError):
        models.rollback("nope", by="me")
    assert models.aliases("nope") == {}
    assert models.history("nope") == []


def test_promotion_and_its_history(models: ModelRegistry, versions: list[str]) -> None:
    first = models.promote("stix-lstm", "1.0.0", by="alice", reason="ships with the plugin")
    second = models.promote("stix-lstm", "1.1.0", by="bob")
    shadow = models.promote("stix-lstm", "2.0.0", alias=Alias.SHADOW, by="bob")
    assert (first.previous, second.previous, shadow.previous) == ("", "1.0.0", "")
    assert (first.by, first.reason, first.alias) == ("alice", "ships with the plugin", Alias.CHAMPION)
    assert models.history("stix-lstm") == [first, second, shadow]
    assert models.aliases("stix-lstm") == {Alias.CHAMPION: "1.1.0", Alias.SHADOW: "2.0.0"}
    assert models.resolve("stix-lstm").version == "1.1.0"
    assert models.resolve("stix-lstm", Alias.SHADOW).version == "2.0.0"


def test_promoting_the_champion_changes_nothing(models: ModelRegistry, versions: list[str]) -> None:
    first = models.promote("stix-lstm", "1.0.0", by="alice")
    assert models.promote("stix-lstm", "1.0.0", by="bob") == first
    assert models.history("stix-lstm") == [first]


def test_unknown_version_keeps_the_champion(models: ModelRegistry, versions: list[str]) -> None:
    models.promote("stix-lstm", "1.0.0", by="alice")
    with pytest.raises(NotFoundError, match="9"):
        models.promote("stix-lstm", "9", by="alice")
    assert models.resolve("stix-lstm").version == "1.0.0"


def test_rollbacks_lead_further_back(models: ModelRegistry, versions: list[str]) -> None:
    for version in versions:
        models.promote("stix-lstm", version, by="alice")
    assert models.rollback("stix-lstm", by="bob", reason="false alarms").version == "1.1.0"
    assert models.rollback("stix-lstm", by="bob").version == "1.0.0"
    with pytest.raises(ConflictError, match="champion"):
        models.rollback("stix-lstm", by="bob")
    assert models.resolve("stix-lstm").version == "1.0.0"
    assert [change.version for change in models.history("stix-lstm")] == [*versions, "1.1.0", "1.0.0"]


def test_rollback_undoes_a_return(models: ModelRegistry, versions: list[str]) -> None:
    for version in ("1.0.0", "1.1.0", "1.0.0"):
        models.promote("stix-lstm", version, by="alice")
    assert models.rollback("stix-lstm", by="bob").version == "1.1.0"


def test_history_is_a_chain_under_concurrency(models: ModelRegistry, versions: list[str]) -> None:
    start = Barrier(3)

    def promote(version):
        start.wait()
        for _ in range(5):
            models.promote("stix-lstm", version, by=version)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(promote, versions))
    history = models.history("stix-lstm")
    assert [change.previous for change in history] == ["", *(change.version for change in history[:-1])]


def test_many_register_the_same_card(models: ModelRegistry) -> None:
    start = Barrier(4)

    def register(_):
        start.wait()
        models.register(make_card())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(register, range(4)))
    assert models.cards() == [make_card()]


def test_the_history_says_who_was_champion_and_whose_findings_count(models: ModelRegistry, versions: list[str]) -> None:
    first, second, third = versions
    assert models.sidelined() == {}
    one = models.promote("stix-lstm", first, by="alice")
    two = models.promote("stix-lstm", second, by="alice")
    models.promote("stix-lstm", third, alias=Alias.SHADOW, by="alice")
    assert models.sidelined() == {"stix-lstm": {third}}
    back = models.rollback("stix-lstm", by="bob")
    assert (back.rollback, two.rollback) == (True, False)
    assert models.sidelined() == {"stix-lstm": {second, third}}
    models.promote("stix-lstm", third, by="alice")
    assert models.sidelined() == {"stix-lstm": {second}}
    history = models.history("stix-lstm")
    moments = [one.at - timedelta(seconds=1), one.at, two.at, back.at]
    assert [holder_at(history, Alias.CHAMPION, moment) for moment in moments] == ["", first, second, first]
    assert holder_at(history, Alias.CHALLENGER, back.at) == ""


def fixed(loss=0.0, *, dataset="data-1", name="stix-lstm"):
    return Benchmark(name=name, dataset=dataset, metric="day/f1", loss=loss, at=at(), by="alice")


def measured(version, value, benchmark, *, moment=0.0):
    return Measurement(
        name="stix-lstm", version=version, benchmark=benchmark.id, value=value, at=at(moment), by="worker"
    )


def test_a_benchmark_and_its_measurements(models: ModelRegistry, versions: list[str]) -> None:
    assert models.benchmark("stix-lstm") is None
    assert models.measurements("stix-lstm") == []
    for benchmark in (fixed(), fixed(0.25), fixed(dataset="data-2", name="other")):
        models.fix_benchmark(benchmark)
        found = models.benchmark(benchmark.name)
        assert found is not None
        assert (found.id, found.loss, found.by) == (benchmark.id, benchmark.loss, "alice")
    assert fixed().id == fixed(0.25).id != fixed(dataset="data-2").id
    one, two = measured("1.1.0", 0.5, fixed(), moment=2.0), measured("1.0.0", 0.1, fixed(), moment=1.0)
    for measurement in (one, two, measured("1.1.0", 0.9, fixed())):
        models.add_measurement(measurement)
    assert models.measurements("stix-lstm") == [two, one], "a version is measured once"
    with pytest.raises(NotFoundError, match="9"):
        models.add_measurement(measured("9", 0.5, fixed()))


def test_a_champion_must_pass_the_benchmark(models: ModelRegistry, versions: list[str]) -> None:
    first, second, third = versions
    models.fix_benchmark(fixed(0.05))
    models.promote("stix-lstm", first, by="alice")  # nobody served before
    with pytest.raises(ConflictError, match=f"{second} is not promoted: {first} is not measured"):
        models.promote("stix-lstm", second, by="alice", reason="I like it")
    for version, value in ((first, 0.8), (second, 0.76), (third, 0.7)):
        models.add_measurement(measured(version, value, fixed()))
    told = models.promote("stix-lstm", second, by="alice", reason="quicker")
    assert told.reason == "quicker; day/f1 0.76, was 0.8, on data-1"
    with pytest.raises(ConflictError, match=r"day/f1 falls from 0.76 to 0.7; 0.05 less is accepted"):
        models.promote("stix-lstm", third, by="alice")
    assert models.promote("stix-lstm", third, alias=Alias.SHADOW, by="alice").reason == ""
    assert models.resolve("stix-lstm").version == second
    models.fix_benchmark(fixed(dataset="data-2"))
    with pytest.raises(ConflictError, match="not measured"):
        models.promote("stix-lstm", first, by="alice")


def test_only_a_reason_overrides_the_benchmark(models: ModelRegistry, versions: list[str]) -> None:
    first, second, _ = versions
    models.fix_benchmark(fixed())
    models.promote("stix-lstm", first, by="alice")
    models.add_measurement(measured(first, 0.8, fixed()))
    with pytest.raises(InvalidInputError, match="needs a reason"):
        models.promote("stix-lstm", second, by="alice", override=True)
    told = models.promote("stix-lstm", second, by="alice", reason="the first one crashes", override=True)
    assert told.reason == "the first one crashes; benchmark overridden: day/f1 not measured, was 0.8, on data-1"
    assert models.history("stix-lstm")[-1] == told
    assert models.rollback("stix-lstm", by="bob").version == first, "what served before needs no benchmark"
