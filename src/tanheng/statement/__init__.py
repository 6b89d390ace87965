"""Statements: what a report says, as neutral blocks, before anybody prints it.

Lives here: the document model (`model`), texts with subscripts (`text`) and the builders of single statements
(`power_report`, `platform`). Does not live here: file formats, fonts, page sizes (reports), computing
(engine). May be imported by reports, app and web; imports engine, library, facts and kernel. Every figure
in a statement is the reported text of a result line, never rounded again, and carries the name, scope and
period it comes from.
"""
