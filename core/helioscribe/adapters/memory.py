"""The catalogue, the jobs and the model registry in memory: for tests and for uses that need no record."""

from helioscribe.adapters.memory_catalogue import MemoryCatalogue
from helioscribe.adapters.memory_embeddings import MemoryEmbeddings
from helioscribe.adapters.memory_jobs import MemoryJobs
from helioscribe.adapters.memory_models import MemoryModels
from helioscribe.adapters.memory_run_log import MemoryRunLog
from helioscribe.adapters.memory_subscriptions import MemorySubscriptions

__all__ = ["MemoryCatalogue", "MemoryEmbeddings", "MemoryJobs", "MemoryModels", "MemoryRunLog", "MemorySubscriptions"]
