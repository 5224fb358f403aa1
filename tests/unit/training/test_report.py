"""What scores are worth, and the page that shows it."""

import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.adapters.memory import MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.training import train
from helioscribe.training.reports.charts import Axis, Mark, Series, chart, ticks
from helioscribe.training.reports.diagnostics import Diagnostics, average_precision, reliability
from helioscribe.training.reports.gallery import mistakes
from helioscribe.training.reports.page import pairs
from helioscribe.training.settings import FitOptions
from helioscribe.training.thresholds import Curve
from support import tiny_training
from support.recipes import tiny_options
from support.tiny_training import TinyProgram, tiny_plugin

pytest.importorskip("torch")

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def labelled(size=400, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.random(size) < 0.4
    return labels, np.clip(rng.normal(0.35 + 0.3 * labels, 0.15), 0, 1)


def test_average_precision_is_that_of_the_library():
    metrics = pytest.importorskip("sklearn.metrics")
    labels, scores = labelled()
    assert average_precision(Curve.of(labels, scores)) == pytest.approx(metrics.average_precision_score(labels, scores))


def test_reliability_counts_every_sample_once():
    labels, scores = labelled()
    bins = reliability(labels, scores)
    assert sum(one.count for one in bins) == labels.size
    assert sum(one.observed * one.count for one in bins) == pytest.approx(labels.sum())
    assert [one.score for one in bins] == sorted(one.score for one in bins)


def test_curves_of_rare_positives_keep_their_first_steps_and_the_chosen_point():
    labels = np.arange(20_000) % 500 == 0
    scores = np.random.default_rng(3).normal(size=labels.size) + 3.0 * labels
    found = Diagnostics.of(labels, scores, FitOptions.of(tiny_options(objective="f1")))
    columns = found.columns()
    assert len(columns["threshold"]) < 1000
    assert found.threshold in columns["threshold"]
    recalls = columns["recall"]
    assert max(b - a for a, b in pairwise(recalls)) == pytest.approx(1 / labels.sum())


def test_the_objective_of_the_recipe_chooses_the_threshold():
    labels, scores = labelled()
    found = {}
    for changes in ({"objective": "f1"}, {"objective": "recall", "least_recall": 0.99}, {"objective": "tss"}):
        options = FitOptions.of(tiny_options(**changes))
        diagnostics = Diagnostics.of(labels, scores, options)
        found[changes["objective"]] = diagnostics
        assert diagnostics.summary()["objective"] == changes["objective"]
    assert found["recall"].threshold < found["f1"].threshold
    assert found["recall"].summary()["recall"] >= 0.99
    assert len(found["f1"].columns()["f1"]) == len(found["f1"].columns()["threshold"]) <= 400
    assert Diagnostics.of(np.ones(4, bool), np.ones(4), FitOptions.of(tiny_options())) is None
    with pytest.raises(InvalidInputError, match="objective: expected f1, f_beta"):
        FitOptions.of(tiny_options(objective="auc"))


def test_samples_of_many_labels_come_by_all_their_mistakes():
    labels = np.array([[1, 1, 0], [0, 0, 0], [1, -1, 0], [1, 1, 1]], np.int8)
    scores = np.array([[0.1, 0.3, 0.2], [0.9, 0.8, 0.1], [0.2, 0.9, 0.6], [0.9, 0.9, 0.9]])
    found = mistakes(labels, scores, 0.5)
    assert [(one.sample, one.positive) for one in found] == [(0, True), (2, True), (1, False), (2, False)]
    assert [one.score for one in found] == pytest.approx([0.2, 0.2, 0.85, 0.6])


def test_the_surest_mistakes_come_first():
    labels, scores = np.array([1, 1, 1, 0, 0, -1]), np.array([0.1, 0.4, 0.9, 0.8, 0.2, 0.9])
    found = mistakes(labels, scores, 0.5)
    assert [(one.sample, one.positive) for one in found] == [(0, True), (1, True), (3, False)]
    assert [one.sample for one in mistakes(labels, scores, 0.5, most=1)] == [0, 3]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_and_in_range(low, span):
    found = ticks(low, low + span)
    assert 1 <= len(found) <= 8
    assert all(low - span * 1e-6 - 1e-9 <= value <= low + span * (1 + 1e-6) + 1e-9 for value in found)


def test_charts_escape_what_they_are_given_and_leave_out_what_is_no_number():
    drawn = chart(
        [Series(name="<b>", points=[(1, 1), (2, float("nan")), (3, 2)], style="c0")],
        x=Axis(title="x & y"),
        y=Axis(title="loss", logarithmic=True),
        marks=[Mark(x=1, text="<i>")],
        label='"',
    )
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "nan" not in drawn
    assert drawn.count(",") == 2


class Classifying(TinyProgram):
    """Guesses from a later moment whether a sample begins high."""

    decides = "threshold"

    def scores(self, network, batch):
        x = batch["x"]
        return (x[:, 0, 0] > 0).float(), network(x)[:, 4, 0].sigmoid()

    def picture(self, sample):
        assert sample["x"].shape == (20, 1)
        return GIF


class Page(HTMLParser):
    """Collects what a page refers to, and its headings."""

    def __init__(self, text):
        super().__init__()
        self.outside, self.headings, self._in = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._in = tag
        self.outside += [value for name, value in attrs if name in {"src", "href"} and not value.startswith("data:")]

    def handle_data(self, data):
        if self._in in {"h1", "h2"} and data.strip():
            self.headings.append(data.strip())


@pytest.fixture
def run(tmp_path):
    def run(program, monkeypatch, **options):
        monkeypatch.setattr(tiny_training, "create_program", program)
        places = {"registry": MemoryModels(), "artifacts": MemoryArtifacts()}
        card = train(tiny_plugin(), options, data=None, read=None, folder=tmp_path / "run", **places)
        return card, (tmp_path / "run" / "report.html").read_text()

    return run


def test_what_has_the_same_values_for_many_things_is_a_table():
    kinds = {kind: {"windows": number, "share": number / 4} for number, kind in enumerate(("jet", "loop", "cloud"))}
    drawn = pairs({"auc": 0.9, "by kind": kinds, "parity": {"encoder": {"cases": 2}, "head": {"cases": 2}}})
    rows = re.findall("<tr>(.*?)</tr>", drawn)
    assert [len(re.findall("<t[hd]", row)) for row in rows] == [3, 3, 3, 3, 2, 2, 2]
    assert "<th>cloud</th><td class=number>2</td><td class=number>0.5</td>" in drawn
    assert "encoder.<wbr>cases" in drawn


def test_the_page_of_a_run_is_one_file_with_everything(run, monkeypatch):
    card, text = run(Classifying, monkeypatch, epochs=2, name="<script>alert(1)</script>")
    page = Page(text)
    assert page.outside == []
    assert "<script" not in text
    assert {"Loss", "Threshold", "ROC", "Precision and recall", "Recipe", "How the scores lie"} <= set(page.headings)
    assert page.headings[0] == f"tiny {card.version}"
    assert card.thresholds["threshold"] == card.metrics["scores"]["threshold"]
    assert len(re.findall("data:image/gif", text)) == card.metrics["scores"]["fp"] + card.metrics["scores"]["fn"] > 0
    assert card.metrics["cost"]["seconds"] > 0
    assert card.metrics["cost"]["energy_wh_estimate"] == pytest.approx(card.metrics["cost"]["cpu_seconds"] / 300)


def test_a_program_without_scores_gets_a_page_too(run, monkeypatch):
    card, text = run(TinyProgram, monkeypatch, epochs=1)
    assert "ROC" not in Page(text).headings
    assert "scores" not in card.metrics


class Scribbling(Classifying):
    def picture(self, sample):
        return io.BytesIO(b"<svg/>").getvalue()


def test_a_picture_that_is_none_ends_the_run(run, monkeypatch):
    with pytest.raises(PluginError, match="expected PNG or GIF"):
        run(Scribbling, monkeypatch, epochs=1)
