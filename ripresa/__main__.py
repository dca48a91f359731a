"""`python -m ripresa`."""

from ripresa.cli.main import main

main()
