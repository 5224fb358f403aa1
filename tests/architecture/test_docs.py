"""What the documents say is so."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest

from helioscribe.domain.model import CANVAS
from helioscribe.sdk.manifest_file import parse_manifest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WALK = (ROOT / "docs" / "walk.md").read_text(encoding="utf-8")
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def named_functions():
    return sorted(set(re.findall(r"`(helioscribe[\w.]*:[\w.]+)`", WALK)))


def test_the_walk_names_functions():
    assert len(named_functions()) > 30


@pytest.mark.parametrize("name", named_functions())
def test_every_function_of_the_walk_exists(name):
    module, _, path = name.partition(":")
    found = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    assert callable(found)


def commands():
    texts = [path.read_text(encoding="utf-8") for path in DOCS]
    lines = [
        line
        for text in texts
        for line in re.findall(r"(?:^    |^|`|; )(helioscribe [a-z][^`\n;|]*)", text, re.MULTILINE)
    ]
    return sorted({line.split("#")[0].strip() for line in lines})


def find_command(line):
    """Walk down the groups of the command line; return the command and the rest of the words."""
    from helioscribe.embedded.cli import cli

    words, command = line.split()[1:], cli
    while isinstance(command, click.Group) and words:
        try:
            _, command, words = command.resolve_command(click.Context(command), words)
        except click.UsageError:
            return None, words
    return command, words


def test_the_documents_show_commands():
    assert {"helioscribe up", "helioscribe detectors new my-detector"} <= set(commands())


@pytest.mark.parametrize("line", commands())
def test_every_command_of_the_documents_exists_with_its_options(line):
    command, words = find_command(line.partition(" -- ")[0])  # what follows is another program's
    assert command is not None, words
    known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    assert [word for word in words if word.startswith("-") and word.partition("=")[0] not in known] == []


def anchors(path):
    """Names of the headings of a page, as its readers make links of them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere():
    for path in DOCS:
        text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
        for name, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
            target = path.parent / name if name else path
            assert target.exists(), f"{path.name}: {name}"
            assert not anchor or anchor in anchors(target), f"{path.name}: {name}#{anchor}"


def test_every_program_and_test_that_is_named_exists():
    for path in DOCS:
        named = re.findall(
            r"\b((?:benchmarks|tests|scripts|deploy|plugins|proto)/[\w/.-]+\.(?:py|sh|yml|toml|proto))",
            path.read_text(encoding="utf-8"),
        )
        assert [name for name in named if not (ROOT / name).exists()] == [], path.name


def test_every_folder_of_the_readme_exists():
    table = README.partition("## Where things live")[2]
    folders = re.findall(r"^\| `([\w/]+)/`", table, re.MULTILINE)
    assert len(folders) >= 8
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_the_clients_of_the_readme_are_sound_python():
    codes = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(codes) >= 2
    for code in codes:
        compile(code, "README.md", "exec")


def test_the_operations_page_tells_all_settings_and_no_others():
    from dataclasses import fields

    from helioscribe.runtime.settings import Settings

    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    known = {f"HELIOSCRIBE_{field.name.upper()}" for field in fields(Settings)} | {
        "HELIOSCRIBE_HOME",
        "HELIOSCRIBE_DATA",
    }
    assert sorted(set(re.findall(r"HELIOSCRIBE_[A-Z_]+[A-Z]", text)) ^ known) == []


@pytest.mark.parametrize(
    "manifest", sorted((ROOT / "plugins").rglob("detector.toml")), ids=lambda path: path.parent.name
)
def test_the_model_cards_say_what_the_manifests_say_of_others(manifest):
    said = parse_manifest(manifest.read_text(encoding="utf-8"))
    if said.models:
        card = (ROOT / "docs" / "models" / f"{said.id}.md").read_text(encoding="utf-8")
        assert tuple(said.canvas) == CANVAS
        assert [title for title, text in said.canvas.items() if f"| {title} | {text} |" not in card] == []
