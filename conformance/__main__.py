"""``python -m conformance``: the same command line as ``bgfetch``."""

from conformance.command_line import main

if __name__ == "__main__":  # the processes of the kill matrix import this module too
    main()
