"""Why a file cannot be taken."""

from __future__ import annotations

from jingkai.errors import JingkaiError

__all__ = [
    "HeaderError",
    "MappingError",
    "RegistryError",
    "SnapshotNotFound",
    "UnreadableFile",
    "UnsafeFile",
]


class RegistryError(JingkaiError):
    """Input that cannot be taken; nothing that was there is lost."""

    code = "registry"
    exit_code = 2


class UnreadableFile(RegistryError):
    """A file that is damaged, empty, encrypted or of an unknown kind."""

    code = "unreadable_file"


class UnsafeFile(RegistryError):
    """A file that would unpack into far more than it is."""

    code = "unsafe_file"


class HeaderError(RegistryError):
    """A table whose header cannot be told or is ambiguous."""

    code = "header"


class MappingError(RegistryError):
    """A map file that is wrong, or columns that nothing maps."""

    code = "mapping"


class SnapshotNotFound(RegistryError):
    """A snapshot that is not there."""

    code = "snapshot_not_found"
