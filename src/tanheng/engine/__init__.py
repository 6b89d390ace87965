"""The back ends of the formula language. `exact` is the reference; the others must agree with it or refuse.

May be imported by inventory and everything above; imports library, facts, formula and kernel.
"""
