"""``detector.toml``: every mistake is named with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk import parse_manifest
from support.tiny_plugin import make_plugin


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    plugin = make_plugin(tmp_path_factory.mktemp("plugin"), "tiny_text")
    return (plugin.root / "detector.toml").read_text()


def test_a_manifest_is_read_whole(text):
    manifest = parse_manifest(text)
    assert (manifest.id, manifest.version, manifest.model_version) == ("tiny", "1.2.3", "1")
    assert manifest.input.instruments == ("STIX",)
    assert manifest.models["graph"].inputs[0].shape == ("n", 2)
    assert manifest.resolve_parameters({"level": 5}) == {"level": 5.0, "label": "quiet"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema_version = 1", "schema_version = 2", "schema_version: expected 1, got 2"),
        ('id = "tiny"', 'id = "Tiny Detector"', "id: expected lower-case words"),
        ('id = "tiny"', "id = 5", "id: expected text, got 5"),
        ('id = "tiny"', "", "id is missing; expected text"),
        ('version = "1.2.3"', 'version = "new"', "version or api"),
        (">=1,<2", "about 1", "version or api"),
        ('["FL"]', '["XX"]', r"event_types: expected some of .*; got \['XX'\]"),
        ('["FL"]', "[]", "event_types: expected some of"),
        ('["FL"]', '"FL"', "event_types: expected a list, got 'FL'"),
        ('["FL"]', "[1]", r"event_types: expected a list of texts, got \[1\]"),
        ("tiny_text.detector:create", "../evil.py", "entry: expected module:function"),
        ("light_curve", "sound", "input.product: expected one of"),
        ("graph.onnx", "../../etc/passwd.onnx", "models.graph.file: expected"),
        ("graph.onnx", "/etc/graph.onnx", "models.graph.file: expected"),
        ("graph.onnx", "graph.pickle", "models.graph.file: expected"),
        ('sha256 = "', 'sha256 = "x', "models.graph.sha256: expected 64"),
        ('dtype = "float32"', 'dtype = "object"', r"models.graph.inputs\[0\].dtype: expected one of"),
        ('shape = ["n", 2]', 'shape = ["n", 0]', r"models.graph.inputs\[0\].shape: expected lengths"),
        ('model_version = "1"', "", "model_version is missing"),
        ("default = 100.0", "default = -1.0", "parameters.level.default: -1.0 is outside"),
        ("default = 100.0", 'default = "x"', "parameters.level.default: expected float"),
        ("minimum = 0.0", "lowest = 0.0", "parameters.level.lowest: unknown key"),
        ("[input]", "[inputs]", "input.product is missing"),
    ],
)
def test_every_mistake_is_named(text, old, new, message):
    assert old in text
    with pytest.raises(InvalidInputError, match=message) as caught:
        parse_manifest(text.replace(old, new))
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith("detector.toml: ")


@settings(max_examples=150)
@given(data=st.data())
def test_any_edit_is_read_or_refused(text, data):
    lines = text.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    name = lines[place].partition("=")[0] or "x "
    value = data.draw(
        st.sampled_from(["1", "-1", '""', '"x"', "[]", "[[]]", "{}", "true", "nan", "2020-01-01", "[{}]", "inf"])
    )
    lines[place] = f"{name}= {value}"
    message = ""
    try:
        parse_manifest("\n".join(lines))
    except InvalidInputError as error:
        message = error.message
    assert len(message) < 1000
