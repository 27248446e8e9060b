"""The simulated world: the reference user agent, one module per algorithm of the specification.

A turn scheduler (``turns``), observations (``observation``), the origin that a scenario
describes (``origin``), the world around the API (``network``, ``storage``, ``environment``,
``service_worker``), and the algorithms themselves, each in the module named after its section.
``browser`` is the way in for whoever wants to test a site on it.
Nothing in here knows the harness, real time or chance.
"""
