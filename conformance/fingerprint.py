"""Which sources these are: what results of two days, or of two machines, must have in common to be one."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from conformance import __version__

HERE = Path(__file__).resolve().parent
PACKAGES = (HERE, HERE.parent / "simulator")


@cache
def fingerprint() -> str:
    """The version, with a digest of every module behind it: the same wherever the same is installed."""
    digest = sha256()
    for package in PACKAGES:
        modules = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
        for name in sorted(modules):
            source = modules[name].read_bytes()
            digest.update(f"{package.name}/{name} {len(source)}\n".encode() + source)
    return f"{__version__}+{digest.hexdigest()[:12]}"
