"""What the site keeps of its own: accounts, the audit trail, and what people ask and decide."""

from __future__ import annotations

from jingkai.console.models.account import Account
from jingkai.console.models.case import Case, CaseFile, CasePart, RecordedEvent
from jingkai.console.models.correction import Correction
from jingkai.console.models.issued import IssuedDecision
from jingkai.console.models.job import Job
from jingkai.console.models.stored_file import StoredFile
from jingkai.console.models.token import ApiToken
from jingkai.console.models.trail import TrailEntry
from jingkai.console.models.upload import Upload
from jingkai.console.models.visit import AssignedPlan, Visit, VisitEvent

__all__ = [
    "Account",
    "ApiToken",
    "AssignedPlan",
    "Case",
    "CaseFile",
    "CasePart",
    "Correction",
    "IssuedDecision",
    "Job",
    "RecordedEvent",
    "StoredFile",
    "TrailEntry",
    "Upload",
    "Visit",
    "VisitEvent",
]
