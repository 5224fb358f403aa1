from pathlib import Path

import pytest

import helioscribe.training
from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.loading import load_reference
from helioscribe.training import parse_setting, read_recipe, resolve_options

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
    with pytest.raises(InvalidInputError, match=r"no setting 'epoch'; there is: augment, epochs, .*name"):
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
    program = load_reference(find_plugin(recipe.detector).manifest.training)()
    assert resolve_options(program.recipe(), recipe.options) != program.recipe()
