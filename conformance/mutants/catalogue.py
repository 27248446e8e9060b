"""The catalogue that the modules of this package fill."""

from __future__ import annotations

from simulator.overrides import MUTANT, Catalogue

mutant = Catalogue(MUTANT)
