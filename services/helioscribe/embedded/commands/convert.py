"""``convert``: what a file holds, and a light curve as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.product import LightCurve
from helioscribe.embedded.console import output_file, table
from helioscribe.runtime.wording import counted

__all__ = ["convert"]

_ROWS = 5


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@output_file("FILE.csv", "Write the light curve as CSV to this file.")
def convert(file: Path, output: Path | None) -> None:
    """Show what a FITS file holds, or write its light curve as CSV.

    A STIX file is written with its own numbers and units: control_index, time, timedel, triggers, triggers_comp_err,
    rcr, counts_ch0, counts_err_ch0 and so on, one pair a band, and utc. Others are written as they were read.
    """
    from helioscribe.embedded.light_curve_csv import columns_of, with_utc, write_columns
    from helioscribe.ingest.readers import read_product
    from helioscribe.ingest.stix_table import stix_columns

    if output is None:
        _describe(file)
        return
    product = read_product(file).product
    if not isinstance(product, LightCurve):
        raise UnsupportedInputError(f"{file.name}: {product.kind} cannot be written as CSV")
    own = stix_columns(file)
    try:
        write_columns(with_utc(own, product) if own else columns_of(product), output)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(output)) from None
    click.echo(f"wrote {counted(product.times.size, 'sample')} to {output}", err=True)


def _describe(file: Path) -> None:
    from helioscribe.ingest.source_file import unpacked
    from helioscribe.ingest.sources.fits_tables import open_fits

    if not file.is_file():
        raise InvalidInputError(f"{file}: {'a folder, not a file' if file.is_dir() else 'no such file'}")
    with open_fits(unpacked(file), file.name) as hdus:
        rows = [(number, hdu.name or "PRIMARY", _extent(hdu)) for number, hdu in enumerate(hdus)]
        table(("HDU", "name", "what"), rows, title=file.name)
        for hdu in hdus:
            if hasattr(hdu, "columns"):
                _describe_table(hdu)


def _extent(hdu: Any) -> str:
    if hasattr(hdu, "columns"):
        return f"{counted(hdu.header.get('NAXIS2', 0), 'row')}, {counted(len(hdu.columns), 'column')}"
    return " x ".join(map(str, hdu.shape)) if hdu.shape else f"{counted(len(hdu.header), 'keyword')}"


def _describe_table(hdu: Any) -> None:
    values = hdu.data[:_ROWS]
    first = [" | ".join(_shown(value) for value in values[column.name]) for column in hdu.columns]
    rows = [(c.name, c.format, c.unit or "", text) for c, text in zip(hdu.columns, first, strict=True)]
    click.echo()
    table(("column", "format", "unit", f"first {len(values)} rows"), rows, title=hdu.name)


def _shown(value: Any) -> str:
    return " ".join(str(value).split())[:60]
