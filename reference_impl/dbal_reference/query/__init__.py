"""Queries as data: parsed and judged here, evaluated or translated by the adapters."""
