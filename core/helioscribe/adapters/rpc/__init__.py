"""The platform over gRPC: its ports, and the services that do its work."""

from helioscribe.adapters.rpc.catalogue import RpcCatalogue
from helioscribe.adapters.rpc.channel import LONG, Caller, open_channel
from helioscribe.adapters.rpc.embeddings import RpcEmbeddings
from helioscribe.adapters.rpc.graphs import RpcGraphs
from helioscribe.adapters.rpc.jobs import RpcJobs
from helioscribe.adapters.rpc.models import RpcModels
from helioscribe.adapters.rpc.run_log import RpcRunLog
from helioscribe.adapters.rpc.services import Finding, Looked, RpcDetection, RpcIngest
from helioscribe.adapters.rpc.subscriptions import RpcSubscriptions
from helioscribe.adapters.rpc.training import RpcTraining

__all__ = [
    "LONG",
    "Caller",
    "Finding",
    "Looked",
    "RpcCatalogue",
    "RpcDetection",
    "RpcEmbeddings",
    "RpcGraphs",
    "RpcIngest",
    "RpcJobs",
    "RpcModels",
    "RpcRunLog",
    "RpcSubscriptions",
    "RpcTraining",
    "open_channel",
]
