"""What every SQL database shares; a dialect adds what only it needs.

schema -> `tables` (SQLAlchemy tables) -> `ddl`; predicate -> `shape` (operands taken out) ->
`expressions` -> `statements` (SQL text, compiled once a shape) -> `unit` (executes them).
"""
