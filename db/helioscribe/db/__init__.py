"""The catalogue, the jobs and the model registry in SQLite or Postgres."""

from helioscribe.db.catalogue import SqlCatalogue
from helioscribe.db.census import SqlCensus
from helioscribe.db.embeddings import SqlEmbeddings
from helioscribe.db.engine import open_engine
from helioscribe.db.jobs import SqlJobs
from helioscribe.db.migrate import migrate
from helioscribe.db.models import SqlModels
from helioscribe.db.run_log import SqlRunLog
from helioscribe.db.subscriptions import SqlSubscriptions
from helioscribe.db.word_index import index_words

__all__ = [
    "SqlCatalogue",
    "SqlCensus",
    "SqlEmbeddings",
    "SqlJobs",
    "SqlModels",
    "SqlRunLog",
    "SqlSubscriptions",
    "index_words",
    "migrate",
    "open_engine",
]
