"""evidence: Merkle trees, the sealed pack and its stand-alone verifier.

Lives here: `tree` (RFC 9162), `pack` (writes one zip), `pyz` (builds verify.pyz) and `verify` (reads and
recomputes a pack). May not live here: what goes into a pack (gathered by `app`), the look of its digest page
(`reports`). `tree` and `verify` use the standard library only, because they run from verify.pyz where nothing
else is installed; they may not import `pack` or `pyz`. May be imported by statement and every room above it.
"""
