"""The sql back end: one method over many plants in DuckDB, in whole numbers, equal to `exact`.

Lives here: the verdict on each step, the SQL, loading, running, the values read back. Does not live here:
flags, checks, traces and reports; they are the exact back end's.
May be imported by inventory and everything above; imports engine.exact, library, facts, formula and kernel.
"""
