"""``models files``: the weights of a version, for a plugin to ship."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.model import ModelCard, ModelFile, TensorSpec
from helioscribe.embedded.console import home_option, output_folder, platform
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.manifest import ModelSpec

__all__ = ["files"]


@click.command()
@click.argument("name")
@click.argument("version")
@output_folder("Folder for the files, such as the package of a plugin.", required=True)
@home_option
def files(name: str, version: str, output: Path, home: Path | None) -> None:
    """Write the weights of a version into a folder, and print what detector.toml must say to ship them."""
    with platform(home, work=False) as embedded:
        embedded.host.install_models()
        card = embedded.platform.models.card(name, version)
        for model, file in card.files.items():
            if not model.isidentifier():
                raise InvalidInputError(f"{name} {version}: {model[:40]!r} is no name of a file")
            _write(output / f"{model}.{file.format}", embedded.platform.artifacts.get(file.key))
    manifest = find_plugin(name).manifest
    click.echo(_manifest(card, manifest.models if manifest else {}))


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(path)) from None
    click.echo(f"wrote {path}", err=True)


def _manifest(card: ModelCard, known: Mapping[str, ModelSpec]) -> str:
    lines = [f'model_version = "{card.version}"']
    for model, file in card.files.items():
        lines += ["", f"[models.{model}]", f'file = "{model}.{file.format}"', f'sha256 = "{file.sha256}"']
        lines += [f"{side} = {_tensors(specs)}" for side, specs in _sides(file) if specs]
        if model in known and (example := known[model].example):
            lines.append(f"example = {{ {', '.join(f'{axis} = {size}' for axis, size in example.items())} }}")
    for parameter, value in card.thresholds.items():
        lines += ["", f"[parameters.{parameter}]", f"default = {value!r}"]
    return "\n".join(lines)


def _sides(file: ModelFile) -> tuple[tuple[str, tuple[TensorSpec, ...]], ...]:
    return ("inputs", file.inputs), ("outputs", file.outputs)


def _tensors(specs: tuple[TensorSpec, ...]) -> str:
    tables = (f'{{ name = "{one.name}", dtype = "{one.dtype}", shape = {_shape(one)} }}' for one in specs)
    return f"[{', '.join(tables)}]"


def _shape(tensor: TensorSpec) -> str:
    axes = (f'"{axis}"' if isinstance(axis, str) else str(axis) for axis in tensor.shape)
    return f"[{', '.join(axes)}]"
