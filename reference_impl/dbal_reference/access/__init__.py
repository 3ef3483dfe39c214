"""Who may do what: actors, the rules of acl.yaml, row filters and tenants (sections 5 and 11)."""
