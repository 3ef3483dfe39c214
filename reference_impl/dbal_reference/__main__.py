"""`python -m dbal_reference`, where the command is not on the path."""

from dbal_reference.cli import main

if __name__ == "__main__":
    main()
