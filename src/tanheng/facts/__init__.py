"""The frozen nouns: datum, inputs, result. Facts never change; a correction is a new fact.

Here live immutable records with their canonical JSON and digests. No reading of files, no computing, no
texts for people. Imports `kernel` only; every room above may import it.
"""
