"""Peers are measured where they are, and a clear sentence says which is not."""

import http.client
import os
import subprocess
import sys
import time

import pytest

from ripresa.bench.footprint.processes import children_of, command_of, cpu_s, pss_mb
from ripresa.bench.peers import telegraf_peer
from ripresa.bench.peers.peer_bench import PEERS, bench_peers
from telemetry.errors import ConfigurationError


def _away(_folder):
    raise ConfigurationError("Telegraf is not installed: put telegraf on the PATH")


def test_a_peer_that_is_asked_for_and_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="Telegraf is not installed"):
        bench_peers(tmp_path, peer="telegraf")
    with pytest.raises(ConfigurationError, match="no peer 'kafka': there are brainflow, lsl"):
        bench_peers(tmp_path, peer="kafka")


def test_all_that_are_there_are_measured_and_the_rest_is_named(tmp_path, monkeypatch):
    told = []
    for name in PEERS:
        monkeypatch.setitem(PEERS, name, _away)
    with pytest.raises(ConfigurationError, match="no peer is installed"):
        bench_peers(tmp_path)
    monkeypatch.setitem(PEERS, "lsl", lambda _folder: {"lsl.p50_ms": 0.3})
    assert bench_peers(tmp_path, said=told.append) == {"lsl.p50_ms": 0.3}
    assert sum("left out: Telegraf is not installed" in line for line in told) == len(PEERS) - 1


def test_points_count_once_however_they_are_written():
    arrived = set()
    points = telegraf_peer._lines(3)
    with telegraf_peer._database(arrived) as url:
        to = http.client.HTTPConnection(url.removeprefix("http://"))
        for body, chunked in ((points, False), (iter([points[:70], points[70:]]), True)):
            to.request("POST", "/api/v2/write", body=body, encode_chunked=chunked)
            answer = to.getresponse()
            answer.read()
            assert answer.status == 204
        to.close()
    assert len(arrived) == telegraf_peer.POINTS_A_MESSAGE


def test_processes_tell_their_memory_and_time():

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children_of(os.getpid())
        while command_of(child.pid) == [""]:  # between its start and its program's
            time.sleep(0.01)
        assert "-c" in command_of(child.pid)
        assert 0 < pss_mb(child.pid) < 500
        assert cpu_s(child.pid) >= 0
        child.communicate(b"\n")
    assert command_of(child.pid) == []
    with pytest.raises(ConfigurationError, match="cannot be read"):
        pss_mb(child.pid)
