"""Scripts of one's own as training jobs."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import CancelledError, InvalidInputError
from helioscribe.embedded.cli import cli
from helioscribe.training.scripts.order import ScriptOrder
from helioscribe.training.scripts.running import LOG, Metric, environment_for, run_script

SCRIPT = """
import argparse, os, sys
from helioscribe_script import data, metric, outputs
options = argparse.ArgumentParser()
options.add_argument("--epochs", type=int)
for epoch in range(1, options.parse_args().epochs + 1):
    metric("loss", 1 / epoch, step=epoch)
print('{"metric": "count", "value": %d}' % len((data() / "table.csv").read_text().splitlines()))
print('{"metric": broken')
(outputs() / "deep").mkdir()
(outputs() / "deep" / "model.bin").write_bytes(b"weights")
assert os.environ["SM_MODEL_DIR"] == str(outputs())
print("secrets:", [name for name in os.environ if "TOKEN" in name or name.startswith("HELIOSCRIBE_CATALOGUE")])
"""


@pytest.fixture
def place(tmp_path: Path) -> Any:
    for name in ("code", "data", "outputs"):
        (tmp_path / name).mkdir()
    (tmp_path / "code" / "train.py").write_text(SCRIPT)
    (tmp_path / "data" / "table.csv").write_text("a\n1\n2\n")
    return tmp_path


def run(place: Path, *arguments: str, hours: float = 1.0, check: Any = lambda: None) -> list[Metric]:
    told: list[Metric] = []
    run_script(
        ScriptOrder(code="x", entry="train.py", arguments=arguments, hours=hours),
        python=sys.executable,
        code=place / "code",
        data=place / "data",
        outputs=place / "outputs",
        check=check,
        report=told.extend,
    )
    return told


def test_numbers_files_and_no_secrets(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOSCRIBE_TOKEN", "hs_secret")
    told = run(place, "--epochs", "3")
    assert [(one.name, one.step, round(one.value, 3)) for one in told] == [
        ("loss", 1, 1.0),
        ("loss", 2, 0.5),
        ("loss", 3, 0.333),
        ("count", 0, 3.0),
    ]
    assert (place / "outputs" / "deep" / "model.bin").read_bytes() == b"weights"
    log = (place / "outputs" / LOG).read_text()
    assert "secrets: []" in log
    assert "hs_secret" not in log


def test_a_script_that_fails_says_why(place: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"train.py ended with 2: .*--epochs: invalid int value: 'many'"):
        run(place, "--epochs", "many")


def test_a_script_and_its_children_are_ended(place: Path) -> None:
    (place / "code" / "train.py").write_text(
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "open(os.environ['HELIOSCRIBE_SCRIPT_OUTPUTS'] + '/child', 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )

    def check() -> None:
        if (place / "outputs" / "child").exists() and (place / "outputs" / "child").read_text():
            raise CancelledError("stop")

    began = time.monotonic()
    with pytest.raises(CancelledError):
        run(place, check=check)
    assert time.monotonic() - began < 60
    child = int((place / "outputs" / "child").read_text())
    for _ in range(100):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    os.kill(child, 9)
    raise AssertionError("the child lives")


def test_a_script_may_take_no_longer_than_ordered(place: Path) -> None:
    (place / "code" / "train.py").write_text("import time; time.sleep(600)")
    with pytest.raises(InvalidInputError, match="not done after"):
        run(place, hours=0.3 / 3600)


def test_requirements_that_do_not_exist(place: Path, tmp_path: Path) -> None:
    (place / "code" / "requirements.txt").write_text("./no-such-package-here\n")
    with pytest.raises(InvalidInputError, match="requirements.txt cannot be installed"):
        environment_for(place / "code", cache=tmp_path / "environments", check=lambda: None)


def test_an_environment_of_its_own_is_made_once(place: Path, tmp_path: Path) -> None:
    (place / "code" / "requirements.txt").write_text("# nothing\n")
    python = environment_for(place / "code", cache=tmp_path / "environments", check=lambda: None)
    assert python != sys.executable
    began = time.monotonic()
    assert environment_for(place / "code", cache=tmp_path / "environments", check=lambda: None) == python
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"code": "x", "entry": "../train.py"}, "entry, the path of a .py file in it"),
        ({"code": "x", "entry": "/bin/sh"}, "entry, the path of a .py file in it"),
        ({"code": "x", "entry": "a.py", "hours": float("nan")}, "hours: expected more than 0"),
        ({"code": "x", "entry": "a.py", "arguments": "--all"}, "arguments: expected a list"),
        ({"code": "x", "entry": "a.py", "shell": True}, "no setting 'shell'"),
    ],
)
def test_orders_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message.replace(".", r"\.")):
        ScriptOrder.of(options)


def test_from_the_command_line_to_files(place: Path, tmp_path: Path) -> None:
    call = ["--home", str(tmp_path / "home"), "train"]
    order = ["script", str(place / "code"), "--data", str(place / "data"), "--output", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(cli, [*call, *order, "--", "--epochs", "2"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["metrics"] == {"loss": 0.5, "count": 3.0}
    assert set(answer["files"]) == {LOG, "deep/model.bin"}
    assert (tmp_path / "out" / "deep" / "model.bin").read_bytes() == b"weights"
    listed = CliRunner().invoke(cli, [*call, "list", "--json"])
    assert answer["job"] in listed.stdout
    again = CliRunner().invoke(cli, [*call, *order, "--", "--epochs", "none"])
    assert again.exit_code != 0
