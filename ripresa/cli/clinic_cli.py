"""`ripresa clinic`: the clinic's side."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ingest.cli import enrolment_cli

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.command()(enrolment_cli.init)
app.command()(enrolment_cli.enrol)
app.command()(enrolment_cli.dismiss)


@app.callback()
def clinic() -> None:
    """Receive homes, follow their journals, show them."""


@app.command()
def run(
    site: Annotated[str, typer.Option(help="Whose homes to serve; + for all.")] = "+",
    time_zone: Annotated[
        str, typer.Option(help="Of the clinic: its days are judged at their end there.")
    ] = "Europe/Rome",
    web_host: Annotated[
        str, typer.Option(help="Where the web page listens; loopback unless something guards it.")
    ] = "127.0.0.1",
    web_port: Annotated[
        int | None, typer.Option(help="Port of the web page; without it 8470, or a free one.")
    ] = None,
) -> None:
    """Run the clinic: receiver, database follower where one is configured, web page.

    The broker is named by RIPRESA_MQTT_HOST, RIPRESA_MQTT_PORT and so on, the database by
    RIPRESA_INFLUX_URL, RIPRESA_INFLUX_TOKEN and RIPRESA_INFLUX_ORG.
    """
    from ingest.influx.server import InfluxSettings
    from ripresa.clinic.clinic import ClinicOptions, run_clinic
    from ripresa.platform.configuration import (
        Folder,
        clock_from,
        mqtt_settings,
        ripresa_home,
    )
    from ripresa.platform.program import log_to, run_until_stopped

    log_to()
    options = ClinicOptions(
        folder=Folder(ripresa_home()).create(),
        broker=mqtt_settings(),
        site=site,
        clock=clock_from(),
        influx=InfluxSettings.from_environment(os.environ),
        time_zone=time_zone,
        web_host=web_host,
        web_port=web_port,
    )
    run_until_stopped(run_clinic(options))


@app.command()
def surveys(
    language: Annotated[str, typer.Option(help="it or en.")] = "it",
) -> None:
    """Show what the anonymous questionnaire says, survey by survey, from five answers up."""
    from ripresa.clinic.survey_desk import SurveyArchive
    from ripresa.clinic.survey_report import report
    from ripresa.platform.configuration import Folder, ripresa_home
    from telemetry.errors import ConfigurationError

    if language not in ("it", "en"):
        raise ConfigurationError(f"language {language!r}: there are it and en")
    archive = SurveyArchive(Folder(ripresa_home()).survey_answers)
    typer.echo(report(archive, "en" if language == "en" else "it"))
