import tomllib
from importlib.resources import files

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.sdk.recipe import read_recipe
from helioscribe.training.search import cell_order, make_plan

ORDER = TrainingOrder(detector="tiny", options={"epochs": 2}, title="a search")
RANDOM = {
    "method": "random",
    "samples": 12,
    "seed": 3,
    "space": {
        "learning_rate": {"low": 1e-5, "high": 1e-2, "scale": "log"},
        "optimizer": ["sgd", "adam"],
        "hidden_size": {"low": 2, "high": 9},
        "noise": {"low": 0.0, "high": 0.5},
    },
}


def test_the_published_grid_has_its_eighteen_cells():
    recipe = read_recipe(files("helioscribe.training") / "recipes" / "jet-rcnn-grid.toml")
    plan = make_plan(TrainingOrder(detector=recipe.detector, options=recipe.options), recipe.search)
    assert len(plan.cells) == len({str(cell.options) for cell in plan.cells}) == 18
    assert (plan.score, plan.direction) == ("validation_f1", "higher")
    one = cell_order(plan, plan.cells[0])
    assert one.options["learning_rate"] == 1e-4
    assert one.options["scheduler"] == "exponential"
    assert one.options["batch_size"] == 2


def test_random_cells_follow_from_their_seed_and_differ():
    plan = make_plan(ORDER, RANDOM)
    assert plan == make_plan(ORDER, RANDOM)
    assert plan.id != make_plan(ORDER, {**RANDOM, "seed": 4}).id
    assert len(plan.cells) == 12
    for cell in plan.cells:
        assert 1e-5 <= cell.options["learning_rate"] <= 1e-2
        assert isinstance(cell.options["hidden_size"], int)
        assert 2 <= cell.options["hidden_size"] <= 9
        assert isinstance(cell.options["noise"], float)
    assert len(make_plan(ORDER, {"method": "random", "space": {"optimizer": ["sgd", "adam"]}}).cells) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "search.space"),
        ("methods = 'grid'", "no setting 'methods'"),
        ("space = {learning_rate = []}", "a grid needs a list"),
        ("space = {learning_rate = {low = 1, high = 2}}", "a grid needs a list"),
        ("method = 'bayes'\nspace = {seed = [1]}", "expected grid or random"),
        ("method = 'random'\nspace = {seed = {low = 2, high = 1}}", "low below high"),
        ("method = 'random'\nspace = {seed = {low = 0, high = 1, scale = 'log'}}", "linear or log"),
        ("method = 'random'\nsamples = 0\nspace = {seed = [1]}", "whole numbers"),
        ("direction = 'up'\nspace = {seed = [1]}", "expected lower or higher"),
    ],
)
def test_wrong_searches_are_one_clear_line(text, message):
    with pytest.raises(InvalidInputError, match=message):
        make_plan(ORDER, tomllib.loads(text))
