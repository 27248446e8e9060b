"""A sweep on a cluster of Dask, a real one on this machine: the same results, and a word when it is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copytree

import pytest
from distributed import LocalCluster

from conformance import cluster as on_cluster
from conformance import fingerprint as of_sources
from conformance.adversary import sweep as sweeping
from conformance.cluster import code, refuse_other_code
from conformance.errors import BadInput
from tests.marked import eventually
from tests.test_sweep import ON, SEEDS, SMALL, Bgfetch, blocks, program


@pytest.fixture
def workers() -> int:
    return 2


@pytest.fixture
def cluster(workers: int) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


def test_a_cluster_comes_to_the_same_though_a_worker_is_killed_half_way(
    cluster: LocalCluster, bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log.jsonl"
    one = program("--cluster", cluster.scheduler_address, "--out", str(log))
    assert eventually(lambda: log.exists() and len(blocks(log)) >= 2, 120)
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    told = one.communicate(timeout=300)[1]
    assert one.returncode == 1, told
    monkeypatch.setattr(sweeping, "BLOCK", SMALL)
    bgfetch("sweep", "--seeds", SEEDS, "--on", ON, "--jobs", "1", "--out", "here.jsonl")
    assert log.read_bytes() == (tmp_path / "here.jsonl").read_bytes()


def test_a_cluster_that_dies_half_way_is_told_and_what_is_finished_is_kept(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    log = tmp_path / "log.jsonl"
    one = program("--cluster", cluster.scheduler_address, "--out", str(log))
    assert eventually(lambda: log.exists() and len(blocks(log)) >= 2, 120)
    cluster.close()
    told = one.communicate(timeout=120)[1]
    assert one.returncode == 2, told
    assert f"bgfetch: The cluster at {cluster.scheduler_address} was lost" in told
    assert "Start the cluster again and give the same command" in told
    assert 2 <= len(blocks(log)) < 15


@pytest.mark.parametrize("workers", [0])
def test_a_cluster_without_workers_is_told(
    cluster: LocalCluster, bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "PATIENCE_S", 1)
    told = bgfetch("sweep", "--seeds", "0-9", "--cluster", cluster.scheduler_address, "--out", "log.jsonl")
    assert told.exit_code == 2
    assert "has no workers, and none came within 1 s" in told.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("workers", [0])
def test_a_worker_with_other_sources_is_refused(
    cluster: LocalCluster, bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    for package in of_sources.PACKAGES:
        copytree(package, other / package.name)
    with (other / "simulator" / "fetch.py").open("a") as module:
        module.write("# another version\n")
    command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
    environment = {**os.environ, "PYTHONPATH": str(other)}
    with subprocess.Popen(
        [*command, "--no-nanny", "--no-dashboard"], env=environment, cwd=other, stderr=subprocess.DEVNULL
    ) as worker:
        monkeypatch.setattr(on_cluster, "PATIENCE_S", 60)
        told = bgfetch("sweep", "--seeds", "0-9", "--cluster", cluster.scheduler_address)
        worker.kill()
    assert told.exit_code == 2
    assert f"here is {code()}. Their results could not be joined." in told.output


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nonsense", "foo://x:1", "", "tcp://:8786", "tcp://x:0", "tls://x:1"]
)
def test_a_cluster_that_is_not_there_is_told(
    address: str, bgfetch: Bgfetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_cluster, "PATIENCE_S", 1)
    told = bgfetch("sweep", "--seeds", "0-9", "--cluster", address, "--out", "log.jsonl")
    assert told.exit_code == 2
    assert f"There is no cluster at '{address}': " in told.output
    assert "or leave --cluster away" in told.output
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_an_address_is_refused_at_once_and_quietly() -> None:
    """In a process of its own: what is left to be cleared up at its end must not wait, or complain."""
    one = program("--cluster", "rubbish")
    assert one.communicate(timeout=on_cluster.PATIENCE_S)[1] == (
        "bgfetch: There is no cluster at 'rubbish': missing port number in address 'rubbish'.\n"
        "Give the address that its scheduler printed when it started, such as tcp://10.0.0.1:8786; "
        "or leave --cluster away to use the cores of this machine.\n"
    )
    assert one.returncode == 2


def test_a_scheduler_that_is_killed_is_told_without_a_traceback(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with daemon("dask_scheduler", "--port", "0", "--scheduler-file", "at.json", at=tmp_path) as scheduler:
        address = eventually_told(tmp_path / "at.json")
        with daemon("dask_worker", "--no-nanny", "--nthreads", "1", address, at=tmp_path) as worker:
            one = program("--cluster", address, "--out", str(log))
            assert eventually(lambda: log.exists() and len(blocks(log)) >= 2, 120)
            scheduler.kill()
            told = one.communicate(timeout=120)[1]
            worker.kill()
    assert one.returncode == 2, told
    assert told.startswith(f"bgfetch: The cluster at {address} was lost: ")
    assert "Traceback" not in told


def daemon(name: str, *words: str, at: Path) -> subprocess.Popen[bytes]:
    """A scheduler or a worker in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{name}", "--no-dashboard", *words],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        cwd=at,
        stderr=subprocess.DEVNULL,
    )


def eventually_told(file: Path) -> str:
    """The address that a scheduler writes down once it is there."""
    assert eventually(lambda: file.exists() and file.read_text().endswith("}"), 60)
    return str(json.loads(file.read_text())["address"])


def test_without_dask_the_extra_is_told(bgfetch: Bgfetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = bgfetch("sweep", "--seeds", "0-9", "--cluster", "tcp://127.0.0.1:1")
    assert told.exit_code == 2
    assert "pip install 'bgfetch-conformance[cluster]'" in told.output


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"tcp://a:1": code(), "tcp://b:2": code()}, ""),
        ({}, ""),
        (
            {"tcp://a:1": code(), "tcp://b:2": "bgfetch 0.0.9+x, Python 3.11"},
            "at tcp://b:2 has bgfetch 0.0.9",
        ),
        ({"tcp://a:1": code().replace("Python 3", "Python 2")}, "Python 2"),
        ({"tcp://a:1": ModuleNotFoundError("conformance")}, "has no bgfetch that could answer"),
    ],
)
def test_every_worker_must_be_as_this_process(answers: Mapping[str, object], told: str) -> None:
    if not told:
        refuse_other_code(answers)
        return
    with pytest.raises(BadInput) as refused:
        refuse_other_code(answers)
    assert told in refused.value.what
