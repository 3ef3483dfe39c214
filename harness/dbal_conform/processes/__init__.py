"""Implementations under test that run as programs of their own: started, watched, stopped."""
