"""Health, reflection and messages, beside those of the client in one process."""

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.grpc import service_pb2

from support.triton import SERVICE


def test_health_and_reflection(server):
    with grpc.insecure_channel(f"localhost:{server.server.port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", SERVICE):
            assert (
                stub.Check(health_pb2.HealthCheckRequest(service=service)).status
                == health_pb2.HealthCheckResponse.SERVING
            )
        watched = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=20)
        assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
        watched.cancel()
        database = ProtoReflectionDescriptorDatabase(channel)
        assert SERVICE in database.get_services()
        method = DescriptorPool(database).FindServiceByName(SERVICE).FindMethodByName("ModelInfer")
        assert method.input_type.fields_by_name["raw_input_contents"].number == 7


def test_our_numbers_are_those_of_the_client():
    from tritonclient.grpc import model_config_pb2

    from helioscribe.proto.inference import pool

    theirs = {**service_pb2.DESCRIPTOR.message_types_by_name, **model_config_pb2.DESCRIPTOR.message_types_by_name}
    ours = pool().FindFileContainingSymbol(SERVICE)

    def compare(mine, other):
        for field in mine.fields:
            twin = other.fields_by_name[field.name]
            assert (field.number, field.type, field.is_repeated) == (twin.number, twin.type, twin.is_repeated), (
                field.full_name
            )
        for nested in mine.nested_types:
            compare(nested, other.nested_types_by_name[nested.name])

    for name, descriptor in ours.message_types_by_name.items():
        compare(descriptor, theirs[name])
    for name, enum in ours.enum_types_by_name.items():
        assert dict(enum.values_by_name) or name
        assert {v.name: v.number for v in enum.values} == {
            v.name: v.number for v in model_config_pb2.DESCRIPTOR.enum_types_by_name[name].values
        }
    service = service_pb2.DESCRIPTOR.services_by_name["GRPCInferenceService"]
    for method in ours.services_by_name["GRPCInferenceService"].methods:
        twin = service.methods_by_name[method.name]
        assert (method.input_type.name, method.output_type.name) == (twin.input_type.name, twin.output_type.name)
        assert (method.client_streaming, method.server_streaming) == (twin.client_streaming, twin.server_streaming)
