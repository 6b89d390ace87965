"""The use cases: check, account, explain, diff, report, pack, cases, doctor.

Lives here: what the command line, the web and `import tanheng` share, and the writing of files for people.
Does not live here: printing, colours, sessions of people. Imports reports and everything below; only cli and
web may import it.
"""
