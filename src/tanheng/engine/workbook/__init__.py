"""A method and its run as a workbook of live formulas: a spreadsheet that a reviewer can change and follow.

Lives here: expressions made into cell formulas (`parts`, `compose`, `aggregates`), sheets and columns
(`plan`), constants and tables (`law_values`), the writing (`pages`, `cover`, `book`) and the matrix of what
can be said (`matrix`). Does not live here: reading a workbook back, and anything that computes a figure of
record: every cell is cached with the exact engine's value. May be imported by app; imports engine.exact,
library, formula and kernel.
"""
