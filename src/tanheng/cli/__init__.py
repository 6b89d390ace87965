"""The command line: the use cases without a browser.

Lives here: commands, their help, and how results look in a terminal. Does not live here: any computing, and
no writing of files. Imports app; imported by nobody. Everything heavy is imported inside a command, so that
`tanheng --help` answers at once.
"""

from tanheng.cli import bridges, clock, fleet, papers, performance, plans, plant, rules, sheets
from tanheng.cli.frame import main

__all__ = ["bridges", "clock", "fleet", "main", "papers", "performance", "plans", "plant", "rules", "sheets"]
