"""A workspace: the folder where a zone keeps its snapshots, decisions and own rules.

Whatever is published here is written into a `.tmp-` folder beside, synced and renamed: a process
killed at any moment leaves what was there as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from jingkai.errors import Finding, JingkaiError

__all__ = [
    "ConsoleSettings",
    "OidcSettings",
    "RetentionSettings",
    "Settings",
    "Workspace",
    "WorkspaceError",
    "ZoneSettings",
    "publish_folder",
    "sync_folder",
]

_FILE = "jingkai.toml"
_CURRENT = "CURRENT"
_DAY = 86400  # seconds


class WorkspaceError(JingkaiError):
    """A workspace that is not there, or that another process is changing."""

    code = "workspace"
    exit_code = 2


class ZoneSettings(BaseModel):
    """The zone the workspace belongs to."""

    model_config = ConfigDict(extra="forbid")

    key: str
    name: str = ""
    province: str = ""


class RetentionSettings(BaseModel):
    """For how many days the site keeps what; the lowest that the law allows cannot be gone below.

    The docs' page on retention says where each default comes from.
    """

    model_config = ConfigDict(extra="forbid")

    trail: int = Field(1096, ge=366)
    sign_ins: int = Field(366, ge=184)
    jobs: int = Field(366, ge=1)
    unused_files: int = Field(30, ge=1)
    evidence: int = Field(3653, ge=1827)


class OidcSettings(BaseModel):
    """The identity provider that signs people in beside the site's own passwords.

    Parameters
    ----------
    server_url
        Its address, under which `.well-known/openid-configuration` lies.
    client_id, secret_env, secret_file
        What it knows this site by, and where the secret is read: an environment variable, or a file.
    name
        What its link on the sign-in page is called.
    claim
        What it says of a person that is the name, or the outer id, of an account here.
    """

    model_config = ConfigDict(extra="forbid")

    server_url: str
    client_id: str
    secret_env: str = "JINGKAI_OIDC_SECRET"
    secret_file: str = ""
    name: str = "统一身份认证"
    claim: str = "preferred_username"


class ConsoleSettings(BaseModel):
    """How the site is served: `database` a URL (empty: SQLite in the workspace), `hosts` its names.

    `https` where it is reached over TLS; `proxies` how many of one's own stand before it;
    `mask_sole_traders` whether sole traders' names are masked for all but themselves and their officers;
    `upload_mb`, `evidence_mb` how large a register file and a paper that proves a fact may be.
    """

    model_config = ConfigDict(extra="forbid")

    database: str = ""
    hosts: list[str] = []
    https: bool = False
    proxies: int = 0
    mask_sole_traders: bool = True
    retention: RetentionSettings = RetentionSettings()
    oidc: OidcSettings | None = None
    upload_mb: int = 50
    evidence_mb: int = 10


class Settings(BaseModel):
    """What `jingkai.toml` says."""

    model_config = ConfigDict(extra="forbid")

    name: str
    zone: ZoneSettings | None = None
    precedence: list[str] = []
    layers: list[str] = []
    console: ConsoleSettings | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with `jingkai.toml`."""

    path: Path
    settings: Settings

    @classmethod
    def init(cls, path: Path, zone: ZoneSettings | None = None) -> Workspace:
        """Make a new workspace.

        Raises
        ------
        WorkspaceError
            If there is one already, or the folder holds other things.
        """
        if path.exists() and any(path.iterdir()):
            raise WorkspaceError(
                f"文件夹 {path} 已存在且不为空", hint="换一个名称，或先清空该文件夹"
            )
        (path / "rules").mkdir(parents=True, exist_ok=True)
        (path / "snapshots").mkdir(exist_ok=True)
        (path / "decisions").mkdir(exist_ok=True)
        text = _TEMPLATE.format(name=path.resolve().name)
        if zone is not None:
            quoted = {
                k: json.dumps(v, ensure_ascii=False)  # a TOML string is written as JSON's
                for k, v in (("key", zone.key), ("name", zone.name), ("province", zone.province))
            }
            text += "\n[zone]\n" + "".join(f"{k} = {v}\n" for k, v in quoted.items())
        (path / _FILE).write_text(text, "utf-8")
        (path / "rules" / "parameters.yaml").write_text(_PARAMETERS, "utf-8")
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """Open the workspace in a folder.

        Raises
        ------
        WorkspaceError
            If its `jingkai.toml` is missing or cannot be read.
        """
        file = path / _FILE
        try:
            settings = Settings(**tomllib.loads(file.read_text("utf-8")))
        except FileNotFoundError as error:
            raise WorkspaceError(
                f"{path} 不是 jingkai 工作区",
                hint="运行 `jingkai init 名称` 新建，或进入已有工作区",
            ) from error
        except ValidationError as error:
            findings = [Finding(_said(e), str(file)) for e in error.errors()]
            hint = "按提示修改；可用的各项见新建工作区时写好的样子"
            raise WorkspaceError(f"{_FILE} 有错误", findings=findings, hint=hint) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WorkspaceError(
                f"{_FILE} 无法读取：{error}", where=str(file), hint="检查引号和方括号是否成对"
            ) from error
        return cls(path.resolve(), settings)

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """Open the workspace that a folder lies in, looking upwards."""
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / _FILE).exists():
                return cls.open(folder)
        return cls.open(start)

    @property
    def snapshots(self) -> Path:
        """Where snapshots lie."""
        return self.path / "snapshots"

    @property
    def decisions(self) -> Path:
        """Where decision runs lie."""
        return self.path / "decisions"

    @property
    def comparisons(self) -> Path:
        """Where comparisons of two states lie: reforms, plans, differences of runs."""
        return self.path / "comparisons"

    @property
    def rulebooks(self) -> Path:
        """Where the rules of each stored run lie, by their hash."""
        return self.path / "rulebooks"

    @property
    def rules(self) -> Path:
        """The zone's own rules and parameter values."""
        return self.path / "rules"

    @property
    def items(self) -> Path:
        """The zone's own service items and what it sets of the package's."""
        return self.path / "items"

    @property
    def layers(self) -> list[Path]:
        """The folders of rules between the package's and its own, then its own, lowest first.

        Raises
        ------
        WorkspaceError
            If a folder that `jingkai.toml` names is not there.
        """
        found = [(self.path / name).resolve() for name in self.settings.layers]
        for folder in found:
            if not folder.is_dir():
                raise WorkspaceError(
                    f"没有规则文件夹 {folder}", where=str(self.path / _FILE), hint="改正 layers"
                )
        return [*found, self.rules] if self.rules.exists() else found

    @property
    def current_snapshot_id(self) -> str | None:
        """The newest snapshot, None before the first load."""
        with contextlib.suppress(FileNotFoundError):
            return (self.snapshots / _CURRENT).read_text("utf-8").strip() or None
        return None

    def set_current(self, snapshot_id: str) -> None:
        """Make a snapshot the newest, atomically."""
        beside = self.snapshots / f".tmp-{os.getpid()}-current"
        with beside.open("w", encoding="utf-8") as file:
            file.write(snapshot_id + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.snapshots / _CURRENT)
        sync_folder(self.snapshots)

    def temporary(self, folder: Path) -> Path:
        """Return a new folder to write into before it is published; leftovers go."""
        folder.mkdir(parents=True, exist_ok=True)
        clean_leftovers(folder)
        path = folder / f".tmp-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        path.mkdir()
        return path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace so that no second load can interleave.

        Raises
        ------
        WorkspaceError
            If another process holds it.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise WorkspaceError(
                "另一个进程正在向此工作区装载数据", hint="等它结束后再运行"
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def alone(self, folder: Path, what: str) -> Iterator[None]:
        """Wait until no other process or thread makes the same thing in a folder; a dead one is none."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f".making-{what}"
        with FileLock(path):
            try:
                yield
            finally:
                with contextlib.suppress(OSError):  # some systems keep what is open
                    path.unlink()


def _said(error: ErrorDetails) -> str:
    """Return one of pydantic's findings about the settings in words."""
    words = {"extra_forbidden": "没有这一项设置", "missing": "缺少这一项"}
    name = ".".join(str(part) for part in error["loc"])
    return f"{name}：{words.get(error['type'], error['msg'])}"


def publish_folder(tmp: Path, final: Path) -> None:
    """Sync a folder's files and rename it into place; an equal one that is there stays."""
    for file in tmp.rglob("*"):
        if file.is_file():
            _sync_file(file)
    sync_folder(tmp)
    if final.exists():
        shutil.rmtree(tmp)
        return
    tmp.rename(final)
    sync_folder(final.parent)


def clean_leftovers(folder: Path) -> None:
    """Remove what processes that are dead left behind."""
    for left in folder.glob(".tmp-*"):
        pid = re.match(r"\.tmp-(\d+)-", left.name)
        if pid and not _in_use(left, int(pid[1])):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def _in_use(path: Path, pid: int) -> bool:
    if os.name == "nt":  # there a process cannot be asked for without stopping it
        return time.time() - path.stat().st_mtime < _DAY
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync_file(path: Path) -> None:
    with path.open("r+b") as file:  # Windows syncs only what may be written
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Sync a folder, so that what was renamed in it is there after a power cut."""
    if os.name == "nt":  # which keeps a folder's entries itself, and opens no folder
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_TEMPLATE = """# jingkai 工作区设置
name = "{name}"
# 各部门数据不一致时的优先顺序（数据项的持有部门总在最前）；不写则用系统默认顺序
# precedence = ["market_supervision", "tax", "statistics"]
# 上级的规则文件夹（如省级），在系统规则之上、本区 rules 之下
# layers = ["../province-rules"]
"""
_PARAMETERS = """# 由经开区设定的参数，写作  规则: {参数: 值}，例如
# credit_risk_class_by_points: {low_risk_to: 30 分, ordinary_to: 60 分, higher_to: 80 分}
"""
