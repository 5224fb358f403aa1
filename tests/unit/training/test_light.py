"""Training costs nothing until it is used."""

import subprocess
import sys

_HEAVY = ("torch", "onnx", "onnxruntime", "sunpy", "matplotlib", "safetensors")


def test_importing_it_imports_nothing_heavy():
    code = f"import sys, helioscribe.training; print([name for name in {_HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
