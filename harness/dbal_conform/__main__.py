"""`python -m dbal_conform` is `dbal-conform`."""

from dbal_conform.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
