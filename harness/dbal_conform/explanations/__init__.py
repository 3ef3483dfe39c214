"""What a person asks about: a case, a trial, a word, an entry of the contract; told as text.

Each module turns what the core knows into lines; the commands `show`, `explain` and `schema` print
them.
"""
