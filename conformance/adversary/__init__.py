"""The adversary: worlds that nobody thought of, run, judged, and made small enough to be read.

``generate`` makes a scenario from a chance, ``oracles`` says whether its run broke anything that
must hold, ``shrink`` makes a scenario that fails as small as it will go.
"""
