"""Real Chromium, judged through WebDriver, DevTools and a proxy.

``Chromium`` is the implementation; the browser, its driver, the proxy and the origin live in
a worker process in namespaces of its own (``worker``), which ends with all that it started
whenever this process ends, however it ends.
"""

from __future__ import annotations

from conformance.implementations.chromium.diagnosis import diagnose
from conformance.implementations.chromium.implementation import Chromium

__all__ = ["Chromium", "diagnose"]
