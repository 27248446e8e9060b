"""What the adversary has found in the simulator and in the judge: each failed before it was mended."""

from __future__ import annotations

import pytest

from conformance.results import FAIL, PASS
from conformance.scenario.healing import healed
from tests.simulate import judged, scenario

HEAD = 'title = "Found"\nclauses = ["perform-a-background-fetch-algorithm/8.13a"]\n'

FOUND = {
    "ids are asked for, and one is used again before the answer": """
        [origin."/a"]
        size = 10
        attempts = [{ stall = { after = 1 } }]
        [origin."/b"]
        size = 10
        attempts = [{ stall = { after = 1 } }]
        [[steps]]
        fetch = "f"
        as = "first"
        requests = ["/a"]
        [[steps]]
        fetch = "g"
        requests = ["/b"]
        [[steps]]
        wait = "1 s"
        [[steps]]
        getIds = true
        level = "observe"
        [[steps]]
        abort = "first"
        level = "observe"
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        wait = "1 s"
        """,
    "a call for an id that is taken, of which nobody lived to see the refusal": """
        [origin."/a"]
        size = 65536
        [origin."/b"]
        size = 100000
        [[steps]]
        fetch = "f"
        requests = ["/b"]
        level = "observe"
        [[steps]]
        fetch = "g"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        wait = "25 ms"
        [[steps]]
        fetch = "f"
        as = "again"
        requests = []
        level = "observe"
        [[steps]]
        browser = "kill"
        [[steps]]
        browser = "start"
        [[steps]]
        getIds = true
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "what a page does through a frame is of the scope of the frame": """
        [workers."/"]
        [workers."/sub/"]
        [origin."/a"]
        size = 1000
        attempts = [{ stall = { after = 0 } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        open = "below"
        at = "/sub/"
        [[steps]]
        open = "frame"
        in = "below"
        [[steps]]
        wait = "1 s"
        [[steps]]
        get = "f"
        on = "below"
        through = "frame"
        [[steps]]
        fetch = "g"
        requests = ["/a"]
        on = "below"
        through = "frame"
        level = "observe"
        [[steps]]
        wait = "1 s"
        [[steps]]
        getIds = true
        """,
    "a page closed before its fetch() is answered keeps nobody waiting": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        close = "page"
        [[steps]]
        until = "settled"
        """,
    "of several calls made at once only those that were accepted come to an end": """
        permission = "denied"
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        times = 2
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "an event's lifetime ends with the worker that is updated": """
        [origin."/a"]
        size = 1000
        [[workers."/".backgroundfetchsuccess]]
        waitUntil = "1 min"
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        wait = "1 s"
        [[steps]]
        worker = "update"
        [[steps]]
        until = "settled"
        """,
    "an event's lifetime ends with the process": """
        [origin."/a"]
        size = 1000
        [[workers."/".backgroundfetchsuccess]]
        waitUntil = "1 min"
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        wait = "1 s"
        [[steps]]
        browser = "terminate"
        [[steps]]
        browser = "start"
        [[steps]]
        until = "settled"
        """,
    "a process that has ended ends its workers only once": """
        policy = { event_lifetime_max = "30 s" }
        [origin."/a"]
        size = 1000
        [[workers."/".backgroundfetchsuccess]]
        waitUntil = "1 min"
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        wait = "1 s"
        [[steps]]
        browser = "quit"
        [[steps]]
        browser = "start"
        [[steps]]
        wait = "1 d"
        """,
    "a fetch() that dies with its process lends its name to no later one": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        as = "first"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        browser = "kill"
        [[steps]]
        browser = "start"
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        [[steps]]
        until = "settled"
        """,
    "a fetch() that is about to be refused lends its name to no other": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        as = "first"
        requests = []
        level = "observe"
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        [[steps]]
        until = "settled"
        """,
    "get() may mean a fetch that was begun after it was called": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        as = "first"
        requests = ["/a"]
        [[steps]]
        get = "f"
        as = "got"
        when = { ended = "backgroundfetchsuccess", of = "first" }
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        [[steps]]
        until = "settled"
        """,
    "what a page loads by itself is no request of a fetch that is over": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        wait = "1 h"
        [[steps]]
        load = "/a"
        [[steps]]
        wait = "1 s"
        """,
    "the Range of a page's own goes along a redirect": """
        [origin."/a"]
        redirect = "/b"
        [origin."/b"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a", headers = { Range = "bytes=5-" } }]
        [[steps]]
        wait = "1 s"
        """,
    "the Range of a page's own is so also where its URL has a fragment": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a#part", headers = { Range = "bytes=5-" } }]
        [[steps]]
        wait = "1 s"
        """,
    "one URL that is written in two ways may be sent to twice": """
        [origin."/b"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = [{ path = "/b", method = "POST" }, { path = "../b", method = "POST" }]
        [[steps]]
        wait = "1 s"
        """,
    "the last word of an empty body is no byte of it": """
        [origin."/a"]
        attempts = [{ stall = { after = 0, for = "1 h" } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        getIds = true
        when = { ended = "backgroundfetchsuccess" }
        [[steps]]
        wait = "2 h"
        """,
    "a call looks for records when it is made, not when its promise settles": """
        [origin."/a"]
        size = 300000
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        gives = { id = "f" }
        [[steps]]
        user = "cancel"
        [[steps]]
        match = "/a"
        level = "observe"
        [[steps]]
        attributes = "f"
        for = "10 ms"
        [[steps]]
        until = "settled"
        """,
    "a body goes with the worker that made it": """
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a", method = "POST", body = 10 }]
        on = "worker"
        [[steps]]
        wait = "1 s"
        [[steps]]
        worker = "update"
        [[steps]]
        body = "/a"
        on = "worker"
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "of calls made together the later ones may never get their turn": """
        [origin."/a"]
        size = 1000
        attempts = [{ latency = "1 h" }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        get = "f"
        as = "twice"
        times = 2
        level = "observe"
        """,
    "what is refused for its mode lends its name to nobody": """
        [origin."/a"]
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a", mode = "navigate" }]
        level = "observe"
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "what its arguments were too few for lends its name to nobody": """
        [origin."/a"]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        arguments = 0
        level = "observe"
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "of calls made together that were all refused none bears the id": """
        storage = { quota = 0 }
        [origin."/a"]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        options = { downloadTotal = 1 }
        times = 2
        level = "observe"
        [[steps]]
        wait = "1 s"
        [[steps]]
        fetch = "f"
        as = "second"
        requests = ["/a"]
        level = "observe"
        [[steps]]
        storage = "ample"
        [[steps]]
        until = "settled"
        """,
    "calls made together that were all refused are none of the ids' order": """
        [origin."/a"]
        size = 10
        attempts = [{ trickle = { bytes = 1, every = "1 s" } }, { trickle = { bytes = 1, every = "1 s" } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        wait = "1 s"
        [[steps]]
        fetch = "g"
        requests = ["/a"]
        [[steps]]
        getIds = true
        level = "observe"
        [[steps]]
        fetch = "f"
        as = "again"
        requests = []
        times = 2
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "of two calls alike at once, the first of which is refused, the second has the name": """
        [origin."/a"]
        size = 1000
        attempts = [{ stall = { after = 500 } }]
        [origin."/c"]
        size = 1000
        attempts = [{ stall = { after = 500 } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        until = { sent = 500, path = "/a" }
        [[steps]]
        fetch = "f"
        as = "refused"
        requests = ["/c"]
        level = "observe"
        [[steps]]
        user = "cancel"
        of = "f"
        [[steps]]
        fetch = "f"
        as = "accepted"
        requests = ["/c"]
        level = "observe"
        [[steps]]
        wait = "1 s"
        [[steps]]
        user = "cancel"
        of = "accepted"
        [[steps]]
        until = "settled"
        """,
    "get() through a frame has the frame's object, which is never the page's own": """
        [origin."/a"]
        size = 1000
        attempts = [{ stall = { after = 0 } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        open = "frame"
        at = "/"
        in = "page"
        [[steps]]
        get = "f"
        as = "one"
        through = "frame"
        level = "observe"
        [[steps]]
        wait = "1 s"
        [[steps]]
        get = "f"
        as = "two"
        through = "frame"
        level = "observe"
        [[steps]]
        user = "cancel"
        of = "f"
        [[steps]]
        until = "settled"
        """,
    "a part that begins behind the end has no bytes, and not fewer": """
        [origin."/b"]
        attempts = [{ range = { first = 1 } }]
        [[steps]]
        fetch = "f"
        requests = [{ path = "/b", headers = { Range = "bytes=5-" } }]
        [[steps]]
        until = "settled"
        """,
    "a range that ends before it begins is none": """
        [origin."/b"]
        size = 10
        [[steps]]
        fetch = "f"
        requests = [{ path = "/b", headers = { Range = "bytes=5-3" } }]
        [[steps]]
        until = "settled"
        """,
    "versions with one validator are not told apart, whatever query is asked for": """
        [origin."/b"]
        size = 10
        attempts = [{ stall = { after = 1 } }, { version = "v2", etag = '"v1"' }]
        [[steps]]
        fetch = "f"
        requests = ["/b?x=1"]
        [[steps]]
        until = { sent = 1, path = "/b?x=1" }
        [[steps]]
        network = "offline"
        [[steps]]
        network = "online"
        [[steps]]
        until = "settled"
        """,
    "nobody can tell that a part which the page asked for is another one than it says": """
        [origin."/b"]
        size = 10
        attempts = [{ range = { header = "bytes 0-9/*" } }]
        [[steps]]
        fetch = "f"
        requests = [{ path = "/b", headers = { Range = "bytes=5-" } }]
        [[steps]]
        until = "settled"
        """,
    "what a page of the same name heard before a kill it may hear again after it": """
        policy = { kill_keeps = "none" }
        [origin."/c"]
        size = 100000
        [[steps]]
        fetch = "f"
        requests = ["/c"]
        [[steps]]
        until = { sent = 0 }
        [[steps]]
        wait = "3 ms"
        [[steps]]
        browser = "kill"
        [[steps]]
        browser = "start"
        [[steps]]
        get = "f"
        level = "observe"
        [[steps]]
        until = "settled"
        """,
    "a page's own Range is known for what it is, also of a relative URL below the root": """
        [origin."/sub/b"]
        size = 1000
        [[steps]]
        open = "below"
        at = "/sub/"
        [[steps]]
        fetch = "f"
        on = "below"
        requests = [{ path = "b", headers = { Range = "bytes=5-" } }]
        [[steps]]
        until = "settled"
        """,
    "a path is resolved as browsers do, also beside the root": """
        [origin."/b"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = ["../b"]
        [[steps]]
        until = "settled"
        """,
    "what answers a query without having it has the validators that it has without": """
        policy = { cut_while_online = "retry" }
        [origin."/b"]
        size = 30000
        attempts = [{ version = "v2", etag = "", cut = { after = 10000 } }]
        [[steps]]
        fetch = "f"
        requests = ["/b?x=1"]
        [[steps]]
        until = "settled"
        """,
    "a page that is given a frame's object twice has had it before": """
        [origin."/a"]
        size = 10
        attempts = [{ stall = { after = 1, until = "gate" } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        [[steps]]
        open = "inner"
        in = "page"
        when = { downloaded = 1 }
        [[steps]]
        get = "f"
        through = "inner"
        gives = { same = false }
        [[steps]]
        get = "f"
        through = "inner"
        gives = { same = true }
        [[steps]]
        release = "gate"
        [[steps]]
        until = "settled"
        """,
}


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(name: str) -> None:
    one = scenario(HEAD + FOUND[name])
    for seed in range(20):
        _, checks = judged(one, seed=seed)
        assert [check for check in checks if check.verdict == FAIL and check.level == "must"] == []


HEALED = {
    "what a handler downloads after hours": """
        [workers."/"]
        backgroundfetchsuccess = [{ download = "/b", level = "observe" }]
        [origin."/a"]
        size = 1000
        attempts = [{ latency = "3 h" }]
        [origin."/b"]
        size = 1000
        attempts = [{ stall = { after = "headers" } }]
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        """,
    "what a handler downloads twice, and the second time by another URL": """
        [workers."/"]
        backgroundfetchsuccess = [
            { download = "/a", level = "observe" },
            { download = "/a", level = "observe" },
        ]
        [origin."/a"]
        size = 1
        attempts = [{ stall = { after = 0 } }, { redirect = "/a?again=1" }]
        [origin."/c"]
        [[steps]]
        fetch = "f"
        requests = ["/c"]
        """,
    "a user who is asked once a body has been read": """
        permission = "prompt"
        policy = { prompt_starts_paused = true }
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a", method = "POST", body = 10, stream = { until = "gate" } }]
        """,
    "what begins in the background and waits for the user": """
        policy = { pause_in_background = true }
        [origin."/a"]
        size = 1000
        [[steps]]
        fetch = "f"
        requests = ["/a"]
        on = "worker"
        """,
    "a refusal that its process did not live to carry out": """
        permission = "prompt"
        policy = { prompt_starts_paused = true }
        [origin."/a"]
        [[steps]]
        fetch = "f"
        requests = [{ path = "/a", method = "PUT" }]
        level = "observe"
        [[steps]]
        user = "refuse"
        [[steps]]
        browser = "terminate"
        """,
}


@pytest.mark.parametrize("name", HEALED)
def test_what_stood_still_is_healed(name: str) -> None:
    mended = healed(scenario(HEAD + HEALED[name]))
    for seed in range(20):
        assert judged(mended, seed=seed)[0] == PASS
