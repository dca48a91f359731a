"""`ripresa survey`: codes, paper forms typed in, and what surveys came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ripresa.survey.survey_codes import SurveyCodes
    from therapy.wording import Language

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def survey() -> None:
    """Surveys of patients, carers and clinicians: codes, and what was answered."""


@app.command()
def codes(
    name: Annotated[str, typer.Argument(help="discharge, left-early, carer or clinician.")],
    count: Annotated[int, typer.Option(help="How many, each for one answer.")] = 1,
    days: Annotated[int, typer.Option(help="For how many days they hold.")] = 60,
) -> None:
    """Make codes, one a line; the page's /survey-codes prints sheets with them."""
    with _codes() as kept:
        for code in kept.issue(name, count, days):
            typer.echo(code)


@app.command()
def enter(
    code: Annotated[str, typer.Argument(help="As it stands on the paper.")],
    answer: Annotated[list[str], typer.Option(help="ITEM=MARK or ITEM=OPTION; may be repeated.")],
    words: Annotated[str, typer.Option(help="One thing to change, as it was written.")] = "",
) -> None:
    """Type a paper form in, by its code."""
    from telemetry.errors import ConfigurationError

    answers: dict[str, int | str] = {}
    for text in answer:
        item, _, told = text.partition("=")
        answers[item.strip()] = int(told) if told.strip().isdecimal() else told.strip()
    with _codes() as kept:
        if not kept.take(code, answers, words):
            raise ConfigurationError("no survey opens by this code: it was used, ended, or misread")
    typer.echo("taken")


@app.command()
def report(
    places: Annotated[
        list[Path] | None,
        typer.Argument(help="Journals, archives, exports; without any this machine's journal."),
    ] = None,
    seed: Annotated[
        str | None, typer.Option(help="RIPRESA_TRIAL_SEED of the homes: by variant, too.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the distributions here as JSON.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="it or en: with questions and options in words.")
    ] = None,
    with_words: Annotated[
        bool, typer.Option("--words", help="With what was said in words, named and by survey.")
    ] = False,
) -> None:
    """Who was asked, who answered, and what; cells under five are hidden, and others with them."""
    import json
    from dataclasses import asdict

    from ripresa.platform.configuration import journal_at_hand
    from ripresa.survey.report_words import report_lines
    from ripresa.survey.survey_answers import survey_report
    from telemetry.errors import ConfigurationError
    from telemetry.files import write_atomically
    from telemetry.printable import printable

    if language not in {None, "it", "en"}:
        raise ConfigurationError(f"--language {language!r}: there are it and en")
    with _codes() as kept:
        made = survey_report(places or [journal_at_hand()], None if places else kept, seed=seed)
        said = kept.words() if with_words and not places else []
    spoken: Language | None = None if language is None else "en" if language == "en" else "it"
    for line in report_lines(made, spoken):
        typer.echo(line)
    for word, name, text in said:
        typer.echo(f"{word}  {name}: {printable(text)}")
    if json_file is not None:
        body = {
            "distributions": [asdict(one) for one in made.distributions],
            "left_out": made.left_out,
            **({"words": [list(row) for row in said]} if with_words else {}),
        }
        write_atomically(json_file, json.dumps(body, indent=1, ensure_ascii=False))


@app.command("erase-words")
def erase_words(
    name: Annotated[str, typer.Argument(help="As `report --words` tells it.")],
) -> None:
    """Delete one text that was said in words, since it names somebody."""
    from telemetry.errors import ConfigurationError

    with _codes() as kept:
        if not kept.erase_words(name):
            raise ConfigurationError("no words of that name: see ripresa survey report --words")
    typer.echo("erased")


def _codes() -> SurveyCodes:
    from ripresa.platform.configuration import clinic_at_hand, clock_from
    from ripresa.survey.survey_codes import SurveyCodes

    return SurveyCodes(clinic_at_hand().survey_codes, clock_from())
