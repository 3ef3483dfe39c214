"""MongoDB: a collection an entity, a document a row; predicates as filters and pipelines.

Written for servers of version 5.0 and later: replica sets, and standalone ones, which claim less.
"""
