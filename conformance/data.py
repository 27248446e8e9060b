"""Where the data folders are: inside an installed wheel, or beside the packages in a checkout."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder scenarios, fixtures or baselines. Raises FileNotFoundError if it is in neither place."""
    for place in (HERE / "data" / name, HERE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"The folder {name!r} is neither in {HERE / 'data'} nor in {HERE.parent}: the installation is not "
        "whole. Install again: pip install --force-reinstall bgfetch-conformance"
    )
