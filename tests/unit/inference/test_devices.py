"""Where graphs shall run."""

import os

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.inference.devices import Device, parse_devices, usable_cores
from helioscribe.inference.options import Serving
from helioscribe.runtime.settings import Settings


def test_devices_are_read():
    assert parse_devices("cpu") == (Device(kind="cpu"),)
    assert parse_devices("auto") == (Device(kind="cuda", insisted=False),)
    assert [str(device) for device in parse_devices("cuda:0, cuda:1")] == ["cuda:0", "cuda:1"]
    (device,) = parse_devices("tensorrt:2")
    assert device.providers[0] == ("TensorrtExecutionProvider", {"device_id": "2"})
    assert device.providers[1:] == [("CUDAExecutionProvider", {"device_id": "2"}), "CPUExecutionProvider"]
    (device,) = parse_devices("tensorrt", engines="/engines")
    assert device.providers[0][1] == {
        "device_id": "0",
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": "/engines",
        "trt_timing_cache_enable": "1",
        "trt_timing_cache_path": "/engines",
    }
    assert Serving.of(Settings(devices="tensorrt:1", engine_cache="/engines")).devices[0].engines == "/engines"


@pytest.mark.parametrize("text", ["", "gpu", "cuda:x", "cpu:1", "cpu,cuda", "cuda:0,cuda:0", "cuda:-1", "auto,cpu"])
def test_others_are_refused(text):
    with pytest.raises(InvalidInputError, match="devices: expected auto"):
        parse_devices(text)


def test_lanes_share_the_cores():
    cpu = parse_devices("cpu")
    assert len(Serving(threads=1, cores=6).lanes(cpu)) == 6
    assert len(Serving(threads=4, cores=6).lanes(cpu)) == 1
    assert len(Serving(threads=0, cores=6).lanes(cpu)) == 1
    assert len(Serving(threads=1, cores=6).lanes(parse_devices("cuda:0,cuda:1"))) == 4


def test_settings_say_how_models_are_held():
    serving = Serving.of(Settings(devices="cpu", threads=2, isolated=False, queue_limit=7))
    assert (serving.threads, serving.isolated, serving.measured, serving.bounds.requests) == (2, False, True, 7)
    assert not Serving.of(Settings(threads=0)).measured
    assert 1 <= usable_cores() <= os.cpu_count()
