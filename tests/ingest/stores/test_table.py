"""A store that is added without an answer to each question fails here."""

import dataclasses
import re

import pytest

from ingest.journal.schema import TABLES
from ingest.places import Places
from ingest.stores.table import STORES
from ripresa.platform.configuration import Folder
from telemetry.transport.asyncapi import USES

KNOWN = {store.name for store in STORES}
NOT_STORES = {"root", "home", "clinic", "home_box", "clinic_box"}


@pytest.mark.parametrize("table", re.findall(r"CREATE TABLE (\w+)", TABLES))
def test_every_table_of_the_journal_stands_in_the_table_of_stores(table):
    assert table in KNOWN


def places():
    named = {**vars(Places), **vars(Folder)}
    return sorted(n for n, v in named.items() if isinstance(v, property) and n not in NOT_STORES)


@pytest.mark.parametrize("place", places())
def test_every_place_of_home_and_clinic_stands_in_the_table_of_stores(place):
    assert place in KNOWN


@pytest.mark.parametrize("channel", sorted(name for name, use in USES.items() if use[3]))
def test_every_topic_that_a_broker_keeps_stands_in_the_table_of_stores(channel):
    assert channel in KNOWN


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.name)
def test_every_store_answers_every_question(store):
    for field in dataclasses.fields(store):
        assert getattr(store, field.name).strip(), field.name


def test_no_store_stands_there_twice():
    assert len(KNOWN) == len(STORES)
