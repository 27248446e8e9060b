"""A network of its own for a browser, so that it can be taken away while the harness goes on.

The worker process runs in a network namespace and a PID namespace. Loopback carries the
proxy, the driver and the harness; a veth pair with a default route is what the browser takes
for its connection to the world. Nothing can leak out, and when the first process of the PID
namespace ends, the kernel ends all others in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

_PREPARE = """\
link set lo up
link add bgfetch0 type veth peer name bgfetch1
address add 10.9.9.1/24 dev bgfetch0
link set bgfetch0 up
link set bgfetch1 up
route add default dev bgfetch0
"""
_NO_IPV6 = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")
_DOWN = "link set bgfetch0 down\n"
_UP = "link set bgfetch0 up\nroute add default dev bgfetch0\n"

MEND = {
    "unshare": "Install it: apt-get install util-linux",
    "ip": "Install it: apt-get install iproute2",
}


def inside(command: Sequence[str]) -> list[str]:
    """The command that runs ``command`` as the first process of namespaces of its own."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *root, "--net", "--pid", "--fork", "--kill-child", "--mount-proc", *command]


@cache
def why_not() -> str:
    """Why namespaces cannot be had here, with what would mend it; "" when they can."""
    for program, mend in MEND.items():
        if not shutil.which(program):
            return (
                f"The program {program} is missing, so the browser cannot have a network of its own. {mend}"
            )
    command = inside(["ip", "-batch", "-"])
    tried = subprocess.run(command, input=_PREPARE, check=False, text=True, capture_output=True)
    if tried.returncode == 0:
        return ""
    said = " ".join((tried.stderr or tried.stdout).split())
    return (
        f"This system does not allow a network namespace ({said}). Run as root, in a container started with "
        "--privileged, or allow it for users: sysctl -w kernel.unprivileged_userns_clone=1 "
        "kernel.apparmor_restrict_unprivileged_userns=0"
    )


class Link:
    """The connection to the world, from within the namespace."""

    def prepare(self) -> None:
        """Make the link. It is up afterwards."""
        # An IPv6 address is announced a second or two after its link is up, and to a browser that
        # is one more change of network, in the middle of something else.
        with suppress(OSError):  # no IPv6 here at all
            _NO_IPV6.write_text("1")
        _ip(_PREPARE)

    def down(self) -> None:
        _ip(_DOWN)

    def up(self) -> None:
        _ip(_UP)


def _ip(commands: str) -> None:
    subprocess.run(["ip", "-batch", "-"], input=commands, text=True, check=True, capture_output=True)
