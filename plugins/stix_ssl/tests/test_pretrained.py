"""Encoders of other makers from local folders, exported as the host does; tiny ones with random weights stand in."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers", reason="importing encoders needs transformers")

from helioscribe.domain.errors import InvalidInputError  # noqa: E402
from helioscribe.training.export import export_graph  # noqa: E402
from helioscribe.training.parity import check_parity  # noqa: E402
from helioscribe_stix_ssl.training.pretrained import load_pretrained  # noqa: E402
from helioscribe_stix_ssl.training.program import create  # noqa: E402

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "image_size": 224,
    "patch_size": 32,
}


def make(kind):
    torch.manual_seed(0)
    match kind:
        case "clip":
            return transformers.CLIPVisionModel(transformers.CLIPVisionConfig(**SMALL))
        case "dinov2":
            small = {key: value for key, value in SMALL.items() if key != "intermediate_size"}
            return transformers.Dinov2Model(transformers.Dinov2Config(**small))
        case "vit_msn":
            return transformers.ViTMSNModel(transformers.ViTMSNConfig(**SMALL))
        case "ijepa":
            return transformers.IJepaModel(transformers.IJepaConfig(**SMALL))
        case _:
            return transformers.ViTModel(transformers.ViTConfig(**SMALL))


@pytest.mark.parametrize("kind", ["clip", "vit", "dinov2", "vit_msn", "ijepa"])
def test_exported_with_parity(tmp_path, kind):
    model = make(kind)
    model.save_pretrained(tmp_path, safe_serialization=True)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"image_mean": [0.5] * 3, "image_std": [0.25] * 3}))
    program = create()
    network = program.network({**program.recipe(), "encoder": str(tmp_path)})
    loss, _ = program.loss(network, {"images": None})
    assert float(loss.detach()) == 0
    image = torch.rand(2, 1, 224, 224)
    with torch.no_grad():
        direct = model.eval()(pixel_values=(image.expand(-1, 3, -1, -1) - 0.5) / 0.25)
        expected = (
            direct.pooler_output
            if kind == "clip"
            else direct.last_hidden_state.mean(1)
            if kind == "ijepa"
            else direct.last_hidden_state[:, 0]
        )
        np.testing.assert_allclose(network(image).numpy(), expected.numpy(), atol=1e-5)
    (graph,) = program.graphs(network, {}).values()
    exported = export_graph("encoder", graph)
    assert exported.outputs[0].shape == ("batch", "dimension")
    assert check_parity(exported, graph, {}, seed=0)["max_abs_diff"] < 1e-5


def test_what_is_no_encoder(tmp_path):
    with pytest.raises(InvalidInputError, match=r"no config\.json"):
        load_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(InvalidInputError, match="model_type 'bert'; known are clip"):
        load_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(InvalidInputError, match=r"no \.safetensors file"):
        load_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(InvalidInputError, match="encoder"):
        load_pretrained(tmp_path)


def test_normalisation_must_make_sense(tmp_path):
    make("vit").save_pretrained(tmp_path, safe_serialization=True)
    (tmp_path / "preprocessor_config.json").write_text('{"image_mean": [0.5], "image_std": [0, 0, 0]}')
    with pytest.raises(InvalidInputError, match="three means"):
        load_pretrained(tmp_path)
