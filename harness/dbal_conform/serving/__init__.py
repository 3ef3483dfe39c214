"""A folder of runs, looked at in a browser on this machine: read only, and on the loopback alone.

What is served was made by targets and by whoever put files into the folder: names are taken from
the folder's list and from nowhere else, and pages allow their own style and script by hash.
"""
