"""The committed stubs are those of the committed ``.proto`` files."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2] / "proto"


def made(folder):
    files = [*folder.rglob("*_pb2*.py"), *folder.rglob("*_pb2.pyi"), *folder.rglob("*.binpb")]
    return {path.relative_to(folder): path.read_bytes() for path in files}


def test_stubs_equal_a_fresh_generation(tmp_path):
    spec = importlib.util.spec_from_file_location("generate", ROOT / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.generate(tmp_path)
    fresh, committed = made(tmp_path), made(ROOT)
    assert {str(name) for name in fresh} == {str(name) for name in committed}
    assert [str(name) for name in fresh if fresh[name] != committed[name]] == [], "run: make stubs"


def test_every_method_has_a_request_and_a_response_of_its_own():
    from helioscribe.proto.v1 import catalogue_pb2, detection_pb2, ingest_pb2, jobs_pb2, models_pb2, similarity_pb2

    files = (catalogue_pb2, detection_pb2, ingest_pb2, jobs_pb2, models_pb2, similarity_pb2)
    services = [service for file in files for service in file.DESCRIPTOR.services_by_name.values()]
    used = [
        kind.name
        for service in services
        for method in service.methods
        for kind in (method.input_type, method.output_type)
    ]
    assert len(used) == len(set(used))
    assert all(name.endswith(("Request", "Response")) for name in used)


def test_every_call_is_explained_where_it_is_declared():
    silent = []
    for path in sorted(ROOT.glob("helioscribe/proto/v1/*.proto")):
        lines = path.read_text(encoding="utf-8").splitlines()
        calls = [number for number, line in enumerate(lines) if line.startswith("  rpc ")]
        silent += [f"{path.name}:{lines[n].strip()}" for n in calls if not lines[n - 1].lstrip().startswith("//")]
    assert silent == []
