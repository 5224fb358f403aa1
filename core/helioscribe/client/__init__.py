"""The Python client of the platform.

Examples
--------
>>> from helioscribe.client import Client
>>> with Client("grpc://localhost:50051") as sun:  # doctest: +SKIP
...     job = sun.wait(sun.ingest("solo_L1_stix-ql-lightcurve_20200506_V01.fits.gz"))
...     for event in sun.events(event_types=("FL",)):
...         print(event.event_starttime, event.attributes.get("fl_peakflux"))
"""

from helioscribe.client.client import Client

__all__ = ["Client"]
