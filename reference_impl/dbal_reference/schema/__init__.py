"""The contract as this implementation knows it: read from `schema/`, checked, compiled once."""
