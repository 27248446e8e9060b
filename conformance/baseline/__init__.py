"""Baselines: what a released implementation is known to get wrong, so that a run tells what is new.

``model`` says what a baseline expects of a result, ``file`` reads one, ``update`` rewrites one.
"""
