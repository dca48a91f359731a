"""`python -m ripresa`."""

from .cli import main

main()
