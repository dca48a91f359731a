"""Sends the dashboards to a Grafana that already runs, by grafana-client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telemetry.errors import TransportError, TransportRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["push"]


def push(url: str, token: str, models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Create or overwrite each dashboard.

    Args:
        url: the Grafana's address.
        token: of a service account that may write dashboards; never shown.
        models: each dashboard's JSON model, by its uid.

    Returns:
        The address of each, in the order of `models`.

    Raises:
        TransportRefused: Grafana does not take a dashboard; says why.
        TransportError: no Grafana there; says what to check.
    """
    import requests  # noqa: PLC0415 - imported only by who pushes
    from grafana_client import GrafanaApi  # noqa: PLC0415
    from grafana_client.client import GrafanaException, TokenAuth  # noqa: PLC0415

    api = GrafanaApi.from_url(url, credential=TokenAuth(token))
    addresses = []
    for uid, model in models.items():
        try:
            answer = api.dashboard.update_dashboard(
                {"dashboard": dict(model), "overwrite": True, "message": "ripresa dashboards push"}
            )
        except GrafanaException as e:
            raise TransportRefused(
                f"Grafana at {url} refuses dashboard {uid} ({e.message}): check the token's rights"
            ) from None
        except requests.RequestException as e:
            raise TransportError(
                f"no Grafana at {url} ({type(e).__name__}): is it running, is the address right?"
            ) from None
        addresses.append(f"{url.rstrip('/')}{answer.get('url', f'/d/{uid}')}")
    return addresses
