"""Formulas as people read them: Typst for PDF, OMML for Word, MathML for the page.

Lives here: one walk from a checked expression to a small neutral maths tree (`tree`, `walk`, `symbols`,
`scale`) and three printers of that tree (`typst`, `omml`, `mathml`). Does not live here: computing, files,
page layout. May be imported by statement, reports, app and web; imports formula and kernel only, standard
library only.
"""
