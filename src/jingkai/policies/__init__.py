"""The content: one folder a measure (举措), each rule a YAML file with its article."""

from pathlib import Path

__all__ = ["policies_folder"]


def policies_folder() -> Path:
    """Return the folder of the rules that the package ships."""
    return Path(__file__).parent
