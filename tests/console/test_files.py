from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.test import override_settings

from jingkai.workspace import ConsoleSettings, Workspace

pytestmark = pytest.mark.xdist_group("console")

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPG = b"\xff\xd8\xff\xe0" + bytes(40)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def _xlsx() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("数据").write_row(0, 0, ["统一社会信用代码", "企业名称"])
    book.close()
    return buffer.getvalue()


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


@pytest.fixture
def store(site: Workspace) -> Callable[..., Any]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jingkai.console.files import store_file
    from jingkai.console.models import Account

    account = Account.objects.get(username="officer")

    def stored(name: str, content: bytes, kinds: Any) -> Any:
        return store_file(SimpleUploadedFile(name, content), account, kinds, "192.0.2.7")

    return stored


def _left_over(site: Workspace) -> list[Path]:
    return [p for p in (site.path / "files").glob("*") if p.name.startswith(".tmp-")]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("登记册.csv", "企业名称\n甲\n".encode("gb18030"), "csv"),
        ("登记册.CSV", "企业名称\n甲\n".encode("utf-16"), "csv"),
        ("登记册.xlsx", _xlsx(), "xlsx"),
        ("旧册.xls", OLE + "Workbook".encode("utf-16-le"), "xls"),
    ],
)
def test_a_register_is_kept_as_it_was_handed_in(
    store: Callable[..., Any], name: str, content: bytes, kind: str
) -> None:
    from jingkai.console.files import REGISTERS, path_of
    from jingkai.console.models import TrailEntry

    stored = store(name, content, REGISTERS)
    assert (stored.name, stored.kind, stored.size) == (name, kind, len(content))
    assert path_of(stored).read_bytes() == content
    entry = TrailEntry.objects.get(action="file.stored", about=str(stored.pk))
    assert (entry.account, entry.address) == ("officer", "192.0.2.7")
    assert entry.detail["sha256"] == stored.sha256


@pytest.mark.parametrize("case", [("a.pdf", PDF), ("b.png", PNG), ("c.jpeg", JPG)])
def test_evidence_is_kept(store: Callable[..., Any], case: tuple[str, bytes]) -> None:
    from jingkai.console.files import EVIDENCE, path_of

    assert path_of(store(*case, EVIDENCE)).read_bytes() == case[1]


_BOMB = _zip(**{"[Content_Types].xml": b"", "xl__workbook.xml": bytes(150_000_000)})


def _liar() -> bytes:
    """A workbook whose zip says of a large part that it is small."""
    size = 5_000_000
    whole = _zip(**{"[Content_Types].xml": b"1", "xl__workbook.xml": bytes(size)})
    return whole.replace(struct.pack("<I", size), struct.pack("<I", 1000))


MISTYPED = {
    "a program as a workbook": ("册.xlsx", b"MZ\x90\x00" + bytes(300)),
    "a program as text": ("册.csv", b"MZ\x90\x01\x02 text"),
    "a picture as text": ("册.csv", PNG),
    "a web page as text": ("册.csv", b"<html><script>alert(1)</script></html>"),
    "another zip as a workbook": ("册.xlsx", _zip(a=b"1")),
    "a damaged zip": ("册.xlsx", _xlsx()[:300]),
    "a letter as a workbook": ("册.xls", OLE + "WordDocument".encode("utf-16-le")),
    "a new workbook as an old one": ("册.xls", _xlsx()),
    "text as a workbook": ("册.xlsx", "企业名称\n甲".encode()),
    "a bomb": ("册.xlsx", _BOMB),
    "a bomb that lies about its size": ("册.xlsx", _liar()),
    "nothing": ("册.csv", b""),
    "a paper": ("册.pdf", PDF),
    "no ending": ("册", b"a,b\n"),
}


@pytest.mark.parametrize("case", MISTYPED)
def test_what_is_no_register_is_refused_and_logged(
    site: Workspace, store: Callable[..., Any], case: str
) -> None:
    from jingkai.console.files import REGISTERS, FileRefused
    from jingkai.console.models import StoredFile, TrailEntry

    before = StoredFile.objects.count()
    with pytest.raises(FileRefused) as error:
        store(*MISTYPED[case], REGISTERS)
    assert error.value.hint
    assert str(site.path) not in str(error.value)
    assert StoredFile.objects.count() == before
    assert _left_over(site) == []
    entry = TrailEntry.objects.order_by("-number")[0]
    assert (entry.action, entry.detail["reason"]) == ("file.refused", error.value.what)


@pytest.mark.parametrize("content", [b"<html>", b"MZ\x90\x00", JPG, b"", b"x%PDF-1.7"])
def test_what_is_no_pdf_is_refused(store: Callable[..., Any], content: bytes) -> None:
    from jingkai.console.files import EVIDENCE, FileRefused

    with pytest.raises(FileRefused):
        store("证明.pdf", content, EVIDENCE)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\windows\\册.csv", "册.csv"),
        ("/abs/册.csv", "册.csv"),
        ("册\u202egpj.csv", "册gpj.csv"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv"),
        (" . 册.csv. ", "册.csv"),
        ("长" * 300 + ".csv", "长" * 59 + ".csv"),
    ],
)
def test_a_name_is_only_shown_and_never_a_path(site: Workspace, sent: str, shown: str) -> None:
    from django.core.files.uploadedfile import UploadedFile

    from jingkai.console.files import REGISTERS, path_of, store_file
    from jingkai.console.models import Account

    content = b"a,b\n1,2\n"
    uploaded = UploadedFile(io.BytesIO(content), size=len(content))
    uploaded._name = sent  # type: ignore[attr-defined]  # Django takes folders away itself
    stored = store_file(uploaded, Account.objects.get(username="officer"), REGISTERS)
    assert stored.name == shown
    assert path_of(stored).parent == site.path / "files"


def test_how_large_a_file_may_be_is_a_setting(site: Workspace, store: Callable[..., Any]) -> None:
    from jingkai.console.files import EVIDENCE, REGISTERS, FileRefused, most_bytes

    assert (most_bytes(REGISTERS), most_bytes(EVIDENCE)) == (50 * 2**20, 10 * 2**20)
    console = ConsoleSettings(upload_mb=1, evidence_mb=2)
    small = Workspace(site.path, site.settings.model_copy(update={"console": console}))
    with override_settings(WORKSPACE=small), pytest.raises(FileRefused, match="1 MB"):
        store("册.csv", b"a,b\n" * 300_000, REGISTERS)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    client_of: Callable[[str], Any],
) -> None:
    from jingkai.console.models import TrailEntry

    class Unread(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read")

    client = client_of("officer")
    response = client.post(
        "/accounts/2fa/totp/activate/", **{"wsgi.input": Unread(), "CONTENT_LENGTH": "300000"}
    )
    assert response.status_code == 413
    assert "未接收" in response.content.decode()
    assert TrailEntry.objects.order_by("-number")[0].action == "body.refused"
