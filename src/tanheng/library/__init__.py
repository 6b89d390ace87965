"""What the rules say, as data, and the loaders that refuse a bad file.

Lives here: instruments, factors, methods, templates as files, and the code that reads them. Does not live
here: any computing. Standard library only. May be imported by engine and everything above it; imports facts,
formula and kernel.
"""
