"""Real servers, started once for the tests that ask for them."""

from support.postgres import postgres_server, postgres_url
from support.rabbitmq import rabbitmq_url
from support.s3 import s3_server, s3_url

__all__ = ["postgres_server", "postgres_url", "rabbitmq_url", "s3_server", "s3_url"]
