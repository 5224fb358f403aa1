"""What all tests share."""

from hypothesis import settings

from support.postgres import postgres_server, postgres_url
from support.rabbitmq import rabbitmq_url
from support.s3 import s3_server, s3_url

__all__ = ["postgres_server", "postgres_url", "rabbitmq_url", "s3_server", "s3_url"]

# Test machines are shared and slow at times; a test that hangs is ended by its timeout.
settings.register_profile("helioscribe", deadline=None)
settings.load_profile("helioscribe")
