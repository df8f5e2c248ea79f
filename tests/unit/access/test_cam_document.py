"""CAM documents: in CAM's words, lists throughout, within CAM's limits."""

from __future__ import annotations

import json

import pytest

from yunfn.access import MAX_CAM_DOCUMENT, cam_document, cam_trust_document, cos
from yunfn.exceptions import ValidationError


def test_a_document_is_in_cams_words_and_resource_is_always_a_list() -> None:
    statements = [*cos.read("pics-1250000000", "in/").statements(), *cos.read("pics-1250000000", "up/").statements()]
    assert json.loads(cam_document(statements, "p")) == {
        "version": "2.0",
        "statement": [
            {
                "effect": "allow",
                "action": ["name/cos:GetObject", "name/cos:HeadObject"],
                "resource": [
                    "qcs::cos:*:uid/1250000000:pics-1250000000/in/*",
                    "qcs::cos:*:uid/1250000000:pics-1250000000/up/*",
                ],
            }
        ],
    }


def test_a_document_that_grants_nothing_or_is_too_long_is_refused() -> None:
    with pytest.raises(ValidationError, match="grants nothing"):
        cam_document([], "p")
    many = [s for i in range(200) for s in cos.read("pics-1250000000", f"folder-{i:03}/").statements()]
    with pytest.raises(ValidationError, match=str(MAX_CAM_DOCUMENT)):
        cam_document(many, "p")


def test_a_role_is_taken_by_the_service_that_runs_functions() -> None:
    assert json.loads(cam_trust_document(service="scf.qcloud.com")) == {
        "version": "2.0",
        "statement": [
            {
                "action": "name/sts:AssumeRole",
                "effect": "allow",
                "principal": {"service": ["scf.qcloud.com"]},
            }
        ],
    }
