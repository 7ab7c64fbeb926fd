"""`python -m warroom`: the console script by another door."""

from warroom.cli.main import main

main()
