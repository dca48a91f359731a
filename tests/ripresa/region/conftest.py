"""A region's brokers, started once for all tests here."""

import asyncio
import contextlib
from dataclasses import dataclass, replace

import pytest

from ingest.enrolment.enrolment import enrol_home, init_clinic, join_home, write_join_file
from needs import missing, need_program
from ripresa.bench.clinic_under_test import clinic_password
from ripresa.region.doorkeeper import Doorkeeper
from ripresa.region.local_nodes import LocalNodes, find_nats_server
from ripresa.region.region_keys import RegionKeys
from telemetry.transport.mqtt import MqttSettings

SITE = "milano"


@dataclass
class Region:
    """Folders and settings of a clinic behind nodes on loopback."""

    compose: object
    keys: RegionKeys
    place: object

    def enrol(self, patient):
        """A home's way to a node whose port is still to be set."""
        join = enrol_home(self.compose, patient)
        folder = self.place / "joined" / patient
        folder.mkdir(parents=True)
        write_join_file(join.model_copy(update={"host": "localhost"}), folder / "join.json")
        return join_home(folder / "join.json", folder).broker

    @property
    def clinic(self):
        """The clinic's way to a node whose port is still to be set."""
        return MqttSettings(
            host="localhost",
            username="clinic",
            password=clinic_password(self.compose),
            ca_file=self.compose / "secrets" / "broker" / "ca.crt",
        )

    @contextlib.asynccontextmanager
    async def running(self, *, count=3, doorkeepers=1):
        """Nodes, and doorkeepers that are ready."""
        async with (
            LocalNodes(self.place, self.compose / "secrets", self.keys, count=count) as nodes,
            asyncio.TaskGroup() as tasks,
        ):
            keepers = [
                Doorkeeper(
                    nodes.servers,
                    password=self.keys.door,
                    seal=self.keys.seal,
                    access=self.compose / "secrets" / "broker",
                    replicas=count,
                )
                for _ in range(doorkeepers)
            ]
            running = [tasks.create_task(keeper.run()) for keeper in keepers]
            for keeper in keepers:
                await asyncio.wait_for(keeper.ready.wait(), 30)
            yield nodes
            for task in running:
                task.cancel()


def at(settings, nodes, node=0):
    """These settings, at a node."""
    return replace(settings, port=nodes.ports[node])


@pytest.fixture
def region(tmp_path):
    """A clinic with the keys of a region."""
    if find_nats_server() is None:
        missing("nats-server is not installed")
    need_program("openssl")
    compose = tmp_path / "compose"
    compose.mkdir()
    init_clinic(compose, site=SITE, hosts=["localhost", "127.0.0.1"])
    return Region(compose, RegionKeys.make(compose / "secrets"), tmp_path)
