"""The platform's ports over gRPC."""

from helioscribe.adapters.rpc.catalogue import RpcCatalogue
from helioscribe.adapters.rpc.channel import Caller, open_channel
from helioscribe.adapters.rpc.jobs import RpcJobs
from helioscribe.adapters.rpc.models import RpcModels

__all__ = ["Caller", "RpcCatalogue", "RpcJobs", "RpcModels", "open_channel"]
