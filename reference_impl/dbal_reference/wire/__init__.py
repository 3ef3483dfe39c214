"""Messages as bytes, the same over every transport (contract.md section 16)."""
