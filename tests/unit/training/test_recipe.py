from pathlib import Path

import pytest

import helioscribe.training
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.sdk.discovery import discover, find_plugin
from helioscribe.sdk.loading import load_reference
from helioscribe.sdk.recipe import HOST_SETTINGS, read_recipe
from helioscribe.training import complete, parse_setting, resolve_options
from helioscribe.training.recipe import recipe_file
from helioscribe.training.search import make_plan

RECIPES = sorted((Path(helioscribe.training.__file__).parent / "recipes").glob("*.toml"))

DEFAULTS = {"epochs": 20, "learning_rate": 0.001, "name": "quiet", "augment": True, "layers": [1, 2], "limit": None}


def test_a_file_and_settings_lie_over_the_defaults(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text('detector = "stix-lstm"\nepochs = 5\nname = "file"\n')
    recipe = read_recipe(path)
    assert recipe.detector == "stix-lstm"
    options = resolve_options(DEFAULTS, recipe.options, dict([parse_setting("name=set")]))
    assert options == DEFAULTS | {"epochs": 5, "name": "set"}


def test_an_unknown_setting_is_refused_with_what_there_is():
    with pytest.raises(InvalidInputError, match=r"no setting 'epoch'; available: augment, epochs, .*name"):
        resolve_options(DEFAULTS, {"epoch": 5})


@pytest.mark.parametrize(
    "wrong", [{"epochs": 1.5}, {"epochs": "5"}, {"epochs": True}, {"augment": 1}, {"name": 3}, {"layers": 3}]
)
def test_a_value_of_another_type_is_refused(wrong):
    with pytest.raises(InvalidInputError, match=f"{next(iter(wrong))}: expected"):
        resolve_options(DEFAULTS, wrong)


def test_a_whole_number_is_a_number():
    assert resolve_options(DEFAULTS, {"learning_rate": 1})["learning_rate"] == 1.0
    with pytest.raises(InvalidInputError, match="finite"):
        resolve_options(DEFAULTS, {"learning_rate": float("nan")})


@pytest.mark.parametrize(
    ("text", "value"),
    [("a=5", 5), ("a=0.5", 0.5), ("a=true", True), ("a=[1, 2]", [1, 2]), ('a="5"', "5"), ("a=quiet day", "quiet day")],
)
def test_settings_are_toml_or_text(text, value):
    assert parse_setting(text) == ("a", value)


@pytest.mark.parametrize("text", ["epochs", "=5", ""])
def test_a_setting_needs_a_name_and_a_value(text):
    with pytest.raises(InvalidInputError, match="expected key=value"):
        parse_setting(text)


@pytest.mark.parametrize("content", [b"epochs = ", b"\xff\xfe", b"detector = 3", b"a" * (1 << 21)])
def test_a_file_that_is_no_recipe_is_one_clear_line(tmp_path, content):
    path = tmp_path / "recipe.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"recipe recipe\.toml") as caught:
        read_recipe(path)
    assert "\n" not in caught.value.message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match=r"none\.toml"):
        read_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_that_ship_can_be_used(path):
    recipe = read_recipe(path)
    if recipe.detector not in {plugin.name for plugin in discover()}:
        pytest.skip(f"{recipe.detector} is not installed here")
    program = load_reference(find_plugin(recipe.detector).manifest.training)()
    defaults = complete(program.recipe())
    assert resolve_options(defaults, recipe.options) != defaults
    for cell in make_plan(TrainingOrder(detector=recipe.detector), recipe.search).cells if recipe.search else ():
        resolve_options(defaults, cell.options)


def written(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    return path


def test_tables_are_for_order(tmp_path):
    text = """
        title = "small"
        [network]
        layers = 2
        [optimizer]
        name = "adamw"
        learning_rate = 1e-4
        [scheduler]
        name = "cosine"
    """
    recipe = read_recipe(written(tmp_path, text))
    assert recipe.options == {"layers": 2, "optimizer": "adamw", "learning_rate": 1e-4, "scheduler": "cosine"}
    assert recipe.title == "small"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[optimiser]\nname = 'adam'", r"no table \[optimiser\]; available: training, optimizer"),
        ("[optimizer]\nrate = 1.0", r"\[optimizer\] has no setting 'rate'; available: name, learning_rate"),
        ("[training]\nname = 'x'", r"\[training\] has no setting 'training'"),
        ("layers = 2\n[network]\nlayers = 3", "layers is set twice"),
        ("search = 'grid'", "search: expected a table"),
    ],
)
def test_what_stands_in_the_wrong_place_is_refused(tmp_path, text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_recipe(written(tmp_path, text))


def test_the_hosts_settings_have_defaults_that_a_program_may_change():
    options = complete({"optimizer": "sgd", "learning_rate": 1, "width": 3})
    assert (options["optimizer"], options["learning_rate"], options["width"]) == ("sgd", 1.0, 3)
    assert options["momentum"] == HOST_SETTINGS["optimizer"]["momentum"]
    with pytest.raises(InvalidInputError, match="epochs: expected int"):
        complete({"epochs": 1.5})


def test_recipes_that_come_along_are_found_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert recipe_file("stix-lstm-quick.toml") in RECIPES
    assert recipe_file("elsewhere/stix-lstm-quick.toml") == Path("elsewhere/stix-lstm-quick.toml")
    Path("stix-lstm-quick.toml").touch()
    assert recipe_file("stix-lstm-quick.toml") == Path("stix-lstm-quick.toml")
