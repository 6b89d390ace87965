"""`python -m tanheng`."""

from tanheng.cli import main

main()
