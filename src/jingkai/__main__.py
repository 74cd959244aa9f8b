"""``python -m jingkai``."""

from jingkai.cli import main

main()
