"""The coverage table is what the services say, and complete where the SDK lists all operations there are."""

from __future__ import annotations

import re

from alibabacloud_fc20230330.client import Client

from support.pulumi_cli import ROOT
from yunfn.localcloud import coverage
from yunfn.localcloud.registry import SERVICES


def test_the_page_in_docs_is_the_generated_one() -> None:
    assert (ROOT / "docs" / "coverage.md").read_text() == coverage.markdown(coverage.table(SERVICES)), (
        "run: yunfn local coverage --markdown > docs/coverage.md"
    )


def test_every_service_names_its_operations_in_the_clouds_words() -> None:
    table = coverage.table(SERVICES)
    assert len(table) == len(SERVICES), "two services of one name"
    for name, operations in table.items():
        assert operations, name
        assert len(operations) == len(set(operations)), name
        assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", each) for each in operations), name


def test_function_compute_answers_what_the_official_sdk_calls_by_that_name() -> None:
    suffix = "_with_options"
    sdk = {
        "".join(part.title() for part in name.removesuffix(suffix).split("_"))
        for name in dir(Client)
        if name.endswith(suffix)
    }
    (operations,) = (service.operations for service in SERVICES if service.name == "fc")
    # put_layer_aclwith_options has lost an underscore; an HTTP trigger is called by no operation of the API.
    named = {each.lower() for each in sdk} | {"putlayeracl", "invokehttptrigger"}
    assert {each for each in operations if each.lower() not in named} == set()
    missing = {each for each in named if each not in {one.lower() for one in operations}}
    assert len(missing) < len(named) / 2
