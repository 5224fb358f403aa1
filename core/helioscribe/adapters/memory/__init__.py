"""The catalogue, the jobs and the model registry in memory: for tests and for uses that need no record."""

from helioscribe.adapters.memory.catalogue import MemoryCatalogue
from helioscribe.adapters.memory.embeddings import MemoryEmbeddings
from helioscribe.adapters.memory.jobs import MemoryJobs
from helioscribe.adapters.memory.models import MemoryModels
from helioscribe.adapters.memory.run_log import MemoryRunLog
from helioscribe.adapters.memory.subscriptions import MemorySubscriptions

__all__ = ["MemoryCatalogue", "MemoryEmbeddings", "MemoryJobs", "MemoryModels", "MemoryRunLog", "MemorySubscriptions"]
