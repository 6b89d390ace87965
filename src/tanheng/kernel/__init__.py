"""Kernel: the small exact words that every other room speaks.

Lives here: problems with stable codes, exact numbers and their canonical text, named roundings, named
irrational functions, units with dimensions, periods of the calendar, working days and deadlines, citations,
the unified social credit code. May not live here: anything that knows a method, a factor, a workbook or a
database; any binary float; any network. Imports the standard library only and nothing of ours; every other
room may import it. Data files are read when first needed, by `kernel.resources`, so that importing the kernel
is cheap and works from inside a zip.
"""
