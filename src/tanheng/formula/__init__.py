"""The formula language: grammar, tree, unit check, evaluation order.

Lives here: what a formula may say and what a method is once it has been read. Does not live here: files
(library), numbers of a plant (engine), looks (engine.notation). May be imported by every room but kernel;
imports kernel only.
"""
