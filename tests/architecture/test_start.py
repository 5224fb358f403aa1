"""How quickly the command line answers, and what is told to nobody."""

import os
import resource
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("helioscribe")


def test_help_answers_at_once():
    took = []
    for _ in range(3):
        begun = _computed()
        done = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True)
        took.append(_computed() - begun)
    assert "detect" in done.stdout
    assert min(took) < 0.3


def _computed():
    """Seconds that ended child processes computed: unlike the clock, it does not count what else the machine does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_every_command_has_help_and_a_line_in_the_overview():
    from helioscribe.embedded.cli import COMMANDS, cli

    for name in COMMANDS:
        command = cli.get_command(None, name)
        assert command.name == name
        assert (command.help or "").strip().endswith("."), name


def test_onnx_runtime_is_told_to_report_nothing():
    code = (
        "import os, sys\n"
        "sys.argv = ['helioscribe', '--help']\n"
        "from helioscribe.embedded.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "assert 'onnxruntime' not in sys.modules\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
