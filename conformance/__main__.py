"""``python -m conformance``: the same command line as ``bgfetch``."""

from conformance.command_line import main

main()
