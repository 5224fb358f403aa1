"""An operator's own pretrained encoder, from a local folder in the form of Hugging Face.

Weights are the operator's: none are fetched. CLIP, DINO, DINOv2, MSN, I-JEPA and other vision transformers are known
by their ``config.json``; the host exports the graph and checks it against torch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError

__all__ = ["KNOWN", "load_pretrained"]

KNOWN = ("clip", "clip_vision_model", "dinov2", "ijepa", "vit", "vit_msn")
"""Values of ``model_type``; DINO's own weights are of type ``vit``."""

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load_pretrained(folder: Path) -> Any:
    """Return a torch module from images 0 to 1, shape (batch, 1, 224, 224), to embeddings (batch, dimension).

    Raises
    ------
    InvalidInputError
        If the folder holds no model of a known kind as safetensors, or one for images of another size.
    MissingDependencyError
        If transformers is not installed.
    """
    from safetensors import SafetensorError

    kind = _kind(folder)
    try:
        import transformers
    except ImportError:
        raise MissingDependencyError.of("transformers", extra="encoders") from None
    loader = transformers.CLIPVisionModel if kind.startswith("clip") else transformers.AutoModel
    try:
        model = loader.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, attn_implementation="eager"
        )
    except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
        raise InvalidInputError.wrap(error, doing=f"encoder {folder.name}") from None
    from helioscribe_stix_ssl.training._pretrained_network import Pretrained

    return Pretrained(model.eval(), kind, *_normalisation(folder))


def _kind(folder: Path) -> str:
    try:
        kind = str(json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type"))
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidInputError.wrap(error, doing=f"encoder {folder.name}: no config.json") from None
    if kind not in KNOWN:
        raise InvalidInputError(f"encoder {folder.name}: model_type {kind!r}; known are {', '.join(KNOWN)}")
    if not list(folder.glob("*.safetensors")):
        raise InvalidInputError(f"encoder {folder.name}: no .safetensors file; other weights are not read")
    return kind


def _normalisation(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    path = folder / "preprocessor_config.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        mean, spread = said.get("image_mean", _MEAN), said.get("image_std", _SPREAD)
        found = tuple(float(one) for one in mean), tuple(float(one) for one in spread)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInputError.wrap(error, doing=f"encoder {folder.name}: {path.name}") from None
    if len(found[0]) != 3 or len(found[1]) != 3 or min(found[1]) <= 0:
        raise InvalidInputError(f"encoder {folder.name}: {path.name}: expected three means and three deviations")
    return found
