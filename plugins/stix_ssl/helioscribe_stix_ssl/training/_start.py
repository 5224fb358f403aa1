"""Training that goes on from the weights of an earlier encoder, read from its graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["go_on_from"]

_LARGEST = 256 << 20
_SHIPPED = Path(__file__).parents[1] / "weights" / "encoder.onnx"


def go_on_from(encoder: Any, name: str) -> None:
    """Give an encoder the weights of an earlier one.

    Parameters
    ----------
    encoder
        A fresh `Encoder`.
    name
        ``shipped`` for the encoder that serves, or a file ``encoder.onnx`` of another model.

    Raises
    ------
    InvalidInputError
        If there is no such file, or it holds an encoder of another size.
    """
    import torch

    path = _SHIPPED if name == "shipped" else Path(name)
    try:
        found = {key: torch.from_numpy(value.copy()) for key, value in _weights(path).items()}
        encoder.load_state_dict(found)
    except (OSError, ValueError, RuntimeError) as error:
        raise InvalidInputError.wrap(error, doing=f"start: {path.name} is no encoder of this size") from None


def _weights(path: Path) -> dict[str, Any]:
    """Return the weights of a graph by the names of the module that it was exported from."""
    import onnx
    from google.protobuf.message import DecodeError

    if path.stat().st_size > _LARGEST:
        raise ValueError(f"larger than {_LARGEST >> 20} MiB")
    try:
        graph = onnx.load_model_from_string(path.read_bytes()).graph
    except DecodeError as error:
        raise ValueError(str(error)) from None
    held = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    named = {name: array for name, array in held.items() if "::" not in name}
    for node in graph.node:
        # Equal weights are kept once, and a linear layer's are transposed and lose their name: nodes know the module.
        if node.op_type == "Identity" and node.input[0] in held:
            held[node.output[0]] = held[node.input[0]]
        module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
        given = [held[name] for name in node.input if name in held]
        if node.op_type == "MatMul" and given:
            named[f"{module}.weight"] = given[0].T
        elif node.op_type == "LayerNormalization":
            named |= {f"{module}.weight": given[0], f"{module}.bias": given[1]}
    return named
