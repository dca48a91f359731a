"""Whether what stands in files, and in a Grafana that runs, is what the code says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import TransportError

from .flux import DATASOURCE_UID
from .organising import SOURCE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import requests

__all__ = ["stale_files", "wrong_in_grafana"]

OF_GRAFANA: Final = ("id", "version", "schemaVersion", "iteration")
"""Of a model, what Grafana sets itself."""


def stale_files(folder: Path, files: Mapping[str, str]) -> Iterator[str]:
    """Files that are missing, or not as the code writes them."""
    for name, text in files.items():
        path = folder / name
        if not path.is_file():
            yield f"{path} is missing: run 'ripresa dashboards build'"
        elif path.read_text(encoding="utf-8") != text:
            yield f"{path} is not as the code writes it: run 'ripresa dashboards build'"


def wrong_in_grafana(
    url: str, token: str, models: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """What a Grafana that runs lacks, has otherwise, or cannot answer; nothing where all is well.

    Args:
        url: the Grafana's address.
        token: of a service account that may read dashboards and query; never shown.
        models: each dashboard's JSON model, by its uid.

    Raises:
        TransportError: no Grafana there.
    """
    import requests  # noqa: PLC0415 - imported only by who asks

    web = requests.Session()
    web.headers["Authorization"] = f"Bearer {token}"
    base = url.rstrip("/")
    try:
        for uid, model in models.items():
            answer = web.get(f"{base}/api/dashboards/uid/{uid}", timeout=10)
            if answer.status_code != requests.codes.ok:
                yield f"Grafana has no dashboard {uid} ({answer.status_code}): push it"
            elif _told(answer.json()["dashboard"]) != _told(model):
                yield f"dashboard {uid} is not as the code has it: push it"
        status = _asked(web, base, {"datasource": {"uid": DATASOURCE_UID}})
        if status == requests.codes.bad_request:
            # Before the eighth a source was named by its number.
            known = web.get(f"{base}/api/datasources/id/{SOURCE_NAME}", timeout=10)
            if known.status_code == requests.codes.ok:
                status = _asked(web, base, {"datasourceId": known.json()["id"]})
        if status != requests.codes.ok:
            yield f"the data source does not answer ({status}): check its token"
    except requests.RequestException as e:
        raise TransportError(
            f"no Grafana at {url} ({type(e).__name__}): is it running, is the address right?"
        ) from None


def _asked(web: requests.Session, base: str, source: Mapping[str, Any]) -> int:
    """The status of an answer to a small query."""
    query = {"query": "from(bucket: v.defaultBucket) |> range(start: -1h) |> limit(n: 1)"}
    asked: Any = {"queries": [{"refId": "A", **source, **query}], "from": "now-1h", "to": "now"}
    return int(web.post(f"{base}/api/ds/query", json=asked, timeout=10).status_code)


def _told(model: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in model.items() if name not in OF_GRAFANA}
