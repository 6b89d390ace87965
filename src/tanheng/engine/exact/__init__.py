"""The exact back end: the figure of record, in fractions, with a trace on demand. Standard library only.

Lives here: rows, evaluation, trace, flags, and the result made of them. Does not live here: files, reports.
May be imported by the other back ends, inventory, evidence.verify and all above; imports library, facts,
formula and kernel.
"""
