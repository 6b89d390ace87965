"""Datum + method ▶ Result, and what people ask of a result: why it is so, and why it changed.

Lives here: the tree of a number, the difference of two results. Does not live here: files, printing. Imports
engine and below; never metering, ledger or evidence. May be imported by statement and everything above it.
"""
