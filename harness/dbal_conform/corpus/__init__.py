"""Files in, models out: find, read and check what authors and users write."""
