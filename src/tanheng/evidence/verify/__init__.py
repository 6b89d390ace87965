"""verify: reads a sealed pack, recomputes its figures, and says what holds. The program in verify.pyz.

Lives here: the one form of a pack (`container`, `form`), the checks (`check`, `recompute`), their outcome
(`verdict`) and the command (`__main__`). Standard library only, no network, nothing written. May import
`evidence.tree`, the exact engine and the rooms below it. May be imported by the rest of evidence and by app.
"""
