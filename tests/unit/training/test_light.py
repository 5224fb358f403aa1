"""Training costs nothing until it is used."""

import os
import subprocess
import sys
from pathlib import Path

_HEAVY = ("torch", "onnx", "onnxruntime", "sunpy", "matplotlib", "safetensors")


def test_importing_it_imports_nothing_heavy():
    code = f"import sys, helioscribe.training; print([name for name in {_HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


_PARITY = """
from helioscribe.training.export import export_graph
from helioscribe.training.parity import check_parity
from support.tiny_training import TinyProgram
options = TinyProgram().recipe()
graph = TinyProgram().graphs(TinyProgram().network(options).eval(), options)["network"]
check_parity(export_graph("network", graph), graph, {}, seed=1)
"""


def test_onnx_runtime_does_not_report(tmp_path):
    """Without `CI` in the environment, which would hide it: the library leaves a file in the home when it reports."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "ORT_DISABLE_TELEMETRY"}}
    tests = str(Path(__file__).parents[2])
    environment = kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONPATH": tests}
    environment |= {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", _PARITY], env=environment, check=True, timeout=120)
    assert [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name] == []
