"""Generate the stubs beside the ``.proto`` files, or into another folder.

The Open Inference Protocol becomes a descriptor set instead: its names are taken in the process-wide pool.

Usage: ``python proto/generate.py [FOLDER]``. The generator is pinned in pyproject.toml, since its version is part of
what it writes.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parent


def generate(out: Path) -> None:
    """Write the stubs of all services below `out`."""
    from grpc_tools import protoc

    sources = sorted((ROOT / "helioscribe" / "proto" / "v1").glob("*.proto"))
    include = str(files("grpc_tools") / "_proto")
    for source in sources:
        arguments = ["protoc", f"-I{ROOT}", f"-I{include}", f"--python_out={out}", f"--pyi_out={out}"]
        if "\nservice " in source.read_text(encoding="utf-8"):
            arguments.append(f"--grpc_python_out={out}")
        if protoc.main([*arguments, str(source)]) != 0:
            raise SystemExit(f"{source.name}: the generator failed")
    _describe(out / "helioscribe" / "proto" / "inference")


def _describe(folder: Path) -> None:
    from grpc_tools import protoc

    folder.mkdir(parents=True, exist_ok=True)
    source = ROOT / "helioscribe" / "proto" / "inference" / "open_inference.proto"
    target = folder / source.with_suffix(".binpb").name
    if protoc.main(["protoc", f"-I{source.parent}", f"--descriptor_set_out={target}", str(source)]) != 0:
        raise SystemExit(f"{source.name}: the generator failed")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
