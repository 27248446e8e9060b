"""Writers that turn a run into something read by people or by other tools.

A report is a pure function of a run: the same run gives the same bytes. The room knows
observations and results, and nothing of how either came about.
"""

from __future__ import annotations

from reports.run import Run, UnreadableRun, read_run

__all__ = ["Run", "UnreadableRun", "read_run"]
