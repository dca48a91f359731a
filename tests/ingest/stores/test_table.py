"""A store that is added without an answer to each question fails here."""

import dataclasses
import re

import pytest

from dashboards.access.access_store import ACCESS_TABLES
from ingest.cli import rights_cli
from ingest.influx.server import InfluxSettings
from ingest.journal.journal import Journal
from ingest.journal.schema import TABLES
from ingest.places import Places
from ingest.rights import patient_export
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent, restricted_patients
from ingest.rights.erasure import erase_from_journal
from ingest.stores import table
from ingest.stores.table import (
    STORES,
    EraseStep,
    ExportPart,
    RestrictStep,
    names_of,
    unanswered,
    unrestricted,
)
from journals import receive, whole_session
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import StoreError
from telemetry.transport.asyncapi import USES

KNOWN = {store.name for store in STORES}
NOT_STORES = {"root", "home", "clinic", "home_box", "clinic_box"}


@pytest.mark.parametrize(
    "table", re.findall(r"CREATE TABLE (\w+)", "\n".join((TABLES, *ACCESS_TABLES)))
)
def test_every_table_of_journal_and_users_stands_in_the_table_of_stores(table):
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
        value = getattr(store, field.name)
        assert not isinstance(value, str) or value.strip(), field.name
    assert (store.step is None) == (store.whose == "nobody")


def test_no_store_stands_there_twice():
    assert len(KNOWN) == len(STORES)


def test_each_step_of_an_erasure_is_some_rows_and_each_is_asked_for():
    assert {store.step for store in STORES} - {None} == set(EraseStep)
    assert unanswered([]) == [str(step) for step in EraseStep]
    assert unanswered(set(EraseStep) - {EraseStep.OUTBOX}) == ["outbox"]


def test_each_part_of_an_export_is_some_rows():
    assert {store.part for store in STORES} - {None} == set(ExportPart)


def test_what_is_restricted_is_what_the_database_holds():
    out = {store.name for store in STORES if store.out is RestrictStep.DATABASE}
    assert out == set(names_of(EraseStep.DATABASE))
    assert out == set(InfluxSettings(url="", token="", org="").buckets)


def test_each_step_of_a_restriction_is_some_rows_and_each_is_asked_for():
    assert {store.out for store in STORES} - {None} == set(RestrictStep)
    assert unrestricted([]) == [str(step) for step in RestrictStep]
    assert unrestricted({RestrictStep.NOTED}) == ["database"]


@pytest.fixture
def added(monkeypatch):
    """A store that somebody added, whose step nobody carries out."""

    def add(**answers):
        store = dataclasses.replace(STORES[0], name="diary", whose="patient", **answers)
        for module in (table, patient_export):
            monkeypatch.setattr(module, "STORES", (*STORES, store))

    return add


def test_a_table_that_nobody_erases_lets_no_erasure_half_succeed(added, clinic):
    receive(clinic, whole_session())
    added(step=EraseStep.JOURNAL)
    told = {"actor": "pt", "ground": "asked", "now_ns": 1}
    with pytest.raises(StoreError, match="diary"):
        erase_from_journal(clinic, AuditKey(b"k" * 32), "p-01", folders=[], **told)
    assert len(clinic.sessions(patient="p-01")) == 1
    assert not Consent(clinic, AuditKey(b"k" * 32)).erased("p-01")


def test_what_nobody_takes_out_lets_no_restriction_half_succeed(added, tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    places = Places(tmp_path)
    places.clinic.mkdir(parents=True)
    with Journal.open(places.clinic_journal, ManualClock()) as journal:
        receive(journal, whole_session())
    added(out="letters")
    with pytest.raises(StoreError, match="letters"):
        rights_cli.restrict("p-01")
    with Journal.open(places.clinic_journal, ManualClock()) as journal:
        assert restricted_patients(journal) == []


def test_a_folder_that_is_added_is_erased_without_another_word(added, tmp_path):
    added(step=EraseStep.FILES)

    class Places:
        archive, exports, figures, curves, cohorts, plans, drafts, diary = (
            tmp_path / n for n in ("a", "e", "f", "c", "co", "p", "dr", "diary")
        )

    assert table.folders_erased(Places)[-1] == tmp_path / "diary"


def test_what_nobody_exports_lets_no_export_half_succeed(added, clinic, tmp_path):
    receive(clinic, whole_session())
    added(part="letters")
    with pytest.raises(StoreError, match="letters"):
        patient_export.export_patient(
            clinic,
            AuditKey(b"k" * 32),
            "p-01",
            archive=tmp_path,
            plans=tmp_path,
            drafts=tmp_path / "drafts",
            target=tmp_path / "out",
            actor="pt",
            now_ns=1,
        )
    assert not (tmp_path / "out").exists()
