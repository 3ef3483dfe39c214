"""What each method does, one module for a family; the service runs them in the order of checks."""
