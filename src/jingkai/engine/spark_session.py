"""Spark itself: what must be installed, how a session is opened, and files at its URLs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jingkai.engine.store import EngineError

__all__ = ["BackendMissing", "SparkFiles", "java_found", "spark_session"]

#: Arithmetic that passes its width stops the run; names are what the plans say, nothing else.
_ALWAYS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
_UNLESS_SAID = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # What is shared has columns of its own already; looking for it again costs more than it gives.
    "spark.sql.subexpressionElimination.enabled": "false",
}
_LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "8",
}


class BackendMissing(EngineError):
    """An engine that is not installed here."""

    code = "backend_missing"
    exit_code = 2


def java_found() -> bool:
    """Return whether a Java is there for Spark to start."""
    home = os.environ.get("JAVA_HOME")
    return bool((home and (Path(home) / "bin" / "java").exists()) or shutil.which("java"))


@contextmanager
def spark_session(master: str, options: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Open a Spark session and stop it afterwards.

    Parameters
    ----------
    master
        Where Spark runs: ``local[2]``, ``spark://host:7077``, ``yarn``, ``k8s://…``.
    options
        Settings of Spark, such as an object store's; what exactness rests on cannot be set.

    Raises
    ------
    BackendMissing
        If PySpark or Java is not installed.
    EngineError
        If Spark does not start.
    """
    builder = _builder().master(master).appName("jingkai")
    local = _LOCAL if master.startswith("local") else {}
    for name, value in {**_UNLESS_SAID, **local, **(options or {}), **_ALWAYS}.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:
        raise EngineError(
            f"Spark 未能启动：{str(error).splitlines()[0]}",
            where=master,
            hint="检查 --master 的地址，以及 Java 是否为 17 或更高版本",
        ) from error
    session.sparkContext.setLogLevel("OFF")
    try:
        yield session
    finally:
        session.stop()


def _builder() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BackendMissing(
            "没有安装 PySpark", hint="运行 `pip install 'jingkai[spark]'` 后再试"
        ) from error
    if not java_found():
        raise BackendMissing(
            "没有找到 Java，Spark 无法启动",
            hint="安装 Java 17 或更高版本（如 `apt-get install openjdk-17-jre-headless`），或设置 JAVA_HOME",
        )
    return SparkSession.builder


class SparkFiles:
    """Files at any URL that the session's Spark reads: file, hdfs, s3a and others.

    Parameters
    ----------
    session
        The open session, whose settings say how a store is reached.
    """

    def __init__(self, session: Any) -> None:
        self._jvm = session._jvm
        self._settings = session._jsc.hadoopConfiguration()

    def read_text(self, url: str) -> str | None:
        """Return a text file, None where there is none."""
        path, system = self._open(url)
        if not system.exists(path):
            return None
        stream = system.open(path)
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write_text(self, url: str, text: str) -> None:
        """Write a text file, in place of one that is there."""
        path, system = self._open(url)
        stream = system.create(path, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    def fetch(self, url: str, folder: Path) -> None:
        """Copy a folder at a URL to a local one that is not there yet."""
        path, system = self._open(url)
        system.copyToLocalFile(False, path, self._open(folder.as_uri())[0], True)

    def send(self, folder: Path, url: str) -> None:
        """Copy a local file or folder to a URL, in place of what is there."""
        path, system = self._open(url)
        system.mkdirs(path.getParent())
        system.copyFromLocalFile(False, True, self._open(folder.as_uri())[0], path)

    def _open(self, url: str) -> tuple[Any, Any]:
        path = self._jvm.org.apache.hadoop.fs.Path(url)
        try:
            return path, path.getFileSystem(self._settings)
        except Exception as error:
            raise EngineError(
                f"Spark 打不开这个地址：{str(error).splitlines()[0]}",
                where=url,
                hint="检查地址；对象存储的库和密钥用 --conf 交给 Spark",
            ) from error
