"""What ``--help`` says: every option is explained, the same thing has one name, nothing is cut short."""

import click
import pytest
from click.testing import CliRunner

from helioscribe.embedded.cli import cli


def walk(command, path=("helioscribe",)):
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*path, name))


COMMANDS = dict(walk(cli))
GROUPS = [path for path, command in COMMANDS.items() if isinstance(command, click.Group)]
OPTIONS = [
    (path, option)
    for path, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
]


def test_all_commands_are_seen():
    assert {"helioscribe events search", "helioscribe train run", "helioscribe models promote"} <= set(COMMANDS)


def test_every_option_is_explained():
    assert [(path, option.opts) for path, option in OPTIONS if not (option.help or "").endswith((".", "]"))] == []


def test_options_that_repeat_say_so_in_one_way():
    told = [(path, option.opts) for path, option in OPTIONS if option.multiple and "repeatable" not in option.help]
    assert told == []


def test_what_is_written_is_named_alike():
    assert {opt for _, option in OPTIONS for opt in option.opts if opt.startswith("--out")} == {"--output"}
    assert {tuple(option.opts) for _, option in OPTIONS if "--output" in option.opts} == {("-o", "--output")}


@pytest.mark.parametrize("path", GROUPS)
def test_the_helps_of_groups_are_whole_sentences(path):
    shown = CliRunner().invoke(cli, [*path.split()[1:], "--help"]).output
    listed = shown.partition("Commands:")[2]
    assert all(name in listed for name in COMMANDS[path].list_commands(click.Context(COMMANDS[path])))
    assert "...\n" not in listed.replace(" ...\n", "\n")
