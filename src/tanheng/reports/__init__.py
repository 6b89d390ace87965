"""Printers: a Statement as Word, PDF/A and Excel.

Lives here: `word`, `pdf`, `excel`, the charts that the first two share, the digest page of a pack, and the
comparison of a document's text with the Statement. Does not live here: what a report says (statement), any
computing or rounding. May be imported by app and web; imports statement and what lies below it. Documents are
drawn with the fonts of this package only, so the same statement gives the same bytes on every machine.
"""
