"""Which wheel and which source distribution is taken, and what uv's refusals say."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from yunfn.exceptions import ResolutionError
from yunfn.packaging.resolution import python_release
from yunfn.packaging.resolution.index_client import IndexFile
from yunfn.packaging.resolution.refusal import read_refusal, unusable_versions
from yunfn.packaging.resolution.source_choice import choose_source
from yunfn.packaging.resolution.uv import LockedFile
from yunfn.packaging.resolution.wheels import best_wheel, fits
from yunfn.packaging.target import Target

PY36, PY310 = Target.parse("alibaba:python3"), Target.parse("alibaba:python3.10")


@pytest.mark.parametrize(
    ("target", "tag", "expected"),
    [
        (PY36, "cp36-cp36m-manylinux_2_17_x86_64", True),
        (PY36, "cp36-cp36m-manylinux2014_x86_64", True),
        (PY36, "cp36-cp36m-manylinux1_x86_64", True),
        (PY36, "cp36-cp36m-manylinux_2_5_x86_64.manylinux_2_28_x86_64", True),
        (PY36, "cp36-cp36m-manylinux_2_18_x86_64", False),
        (PY36, "cp36-cp36m-manylinux_2_4_x86_64", False),
        (PY36, "cp36-cp36-manylinux1_x86_64", False),
        (PY36, "cp34-abi3-manylinux1_x86_64", True),
        (PY36, "cp37-abi3-manylinux1_x86_64", False),
        (PY36, "cp36-none-any", True),
        (PY36, "py2.py3-none-any", True),
        (PY36, "py3-none-linux_x86_64", True),
        (PY36, "py3-none-musllinux_1_1_x86_64", False),
        (PY36, "py2-none-any", False),
        (PY310, "cp310-cp310-manylinux_2_28_x86_64", True),
        (PY310, "cp310-cp310m-manylinux_2_28_x86_64", False),
        (PY310, "cp310-cp310-manylinux_2_31_x86_64", False),
        (PY310, "cp310-cp310-manylinux_2_17_aarch64", False),
        (PY310, "cp310-cp310-win_amd64", False),
        (PY310, "cp36-cp36m-manylinux1_x86_64", False),
        (PY310, "py310-none-any", True),
        (PY310, "py311-none-any", False),
    ],
)
def test_tags_that_fit(target: Target, tag: str, expected: bool) -> None:
    assert fits(f"a-1.0-{tag}.whl", target) is expected


def test_the_best_wheel_whatever_the_order_of_the_index() -> None:
    names = [
        "a-1.0-py3-none-any.whl",
        "a-1.0-cp36-cp36m-manylinux1_x86_64.whl",
        "a-1.0-cp36-cp36m-manylinux2014_x86_64.whl",
        "a-1.0-2-cp36-cp36m-manylinux2014_x86_64.whl",
        "a-1.0-10-cp36-cp36m-manylinux2014_x86_64.whl",
        "a-1.0-cp35-abi3-manylinux2014_x86_64.whl",
        "not a wheel.whl",
    ]
    files = [LockedFile(name, "0") for name in names]
    for order in (files, files[::-1]):
        best = best_wheel(order, PY36)
        assert best is not None and best.name == "a-1.0-10-cp36-cp36m-manylinux2014_x86_64.whl"
    assert best_wheel([], PY36) is None


def test_a_release_is_late_enough_for_packages_and_early_enough_for_backports() -> None:
    assert [python_release(Target.parse(f"alibaba:custom+python3.{minor}")) for minor in (6, 9, 12)] == [
        "3.6.1", "3.9.2", "3.12.0",
    ]  # fmt: skip
    assert SpecifierSet(">=3.7,!=3.9.0,!=3.9.1").contains(python_release(Target.parse("alibaba:python3.9")))


def files(*entries: str) -> list[IndexFile]:
    """Index files of ``name[ python-limit][ yanked]``."""
    made = []
    for entry in entries:
        name, _, rest = entry.partition(" ")
        python, yanked = rest.replace("yanked", "").strip(), "yanked" in rest
        version = name.split("-")[1].removesuffix(".tar.gz").removesuffix(".zip")
        made.append(IndexFile(name, Version(version), "ab" * 32, python, yanked, None))  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize(
    ("there", "limits", "ranges", "tried", "expected"),
    [
        (("a-1.0.tar.gz", "a-2.0.tar.gz", "a-10.0.tar.gz"), "", (), (), "a-10.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz >=3.9"), "", (), (), "a-1.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0rc1.tar.gz"), "", (), (), "a-1.0.tar.gz"),
        (("a-2.0rc1.tar.gz",), "", (), (), "a-2.0rc1.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz yanked"), "", (), (), "a-1.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz yanked"), "==2.0", (), (), "a-2.0.tar.gz"),
        (("a-1.0.zip", "a-1.0.tar.gz"), "", (), (), "a-1.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz"), "<2", (), (), "a-1.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz", "a-3.0.tar.gz"), "", ("<1", "==2.0"), (), "a-2.0.tar.gz"),
        (("a-1.0.tar.gz", "a-2.0.tar.gz"), "", (), ("2.0",), "a-1.0.tar.gz"),
    ],
)
def test_the_source_distribution_that_is_taken(
    there: tuple[str, ...], limits: str, ranges: tuple[str, ...], tried: tuple[str, ...], expected: str
) -> None:
    chosen = choose_source(
        "a",
        files(*there),
        PY36,
        limits=SpecifierSet(limits),
        ranges=[SpecifierSet(one) for one in ranges],
        tried={Version(one) for one in tried},
    )
    assert chosen.name == expected


@pytest.mark.parametrize(
    ("there", "limits", "words"),
    [
        (("a-1.0-cp39-cp39-manylinux1_x86_64.whl",), "", "wheels are there for cp39-cp39-manylinux1_x86_64"),
        (
            ("a-1.0-py3-none-any.whl", "a-2.0-cp39-cp39-win32.whl"),
            ">1",
            "the newest version with a wheel that fits is a==1.0",
        ),
        (("a-2.0.tar.gz >=3.9", "a-1.0-py3-none-any.whl"), "", "want Python >=3.9; the newest version with a wheel"),
        (("a-1.0.tar.gz",), ">3", "the index has the versions 1.0"),
        ((), "", "the index has no file of it"),
    ],
)
def test_where_there_is_none_what_there_is_is_told(there: tuple[str, ...], limits: str, words: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        choose_source("a", files(*there), PY36, limits=SpecifierSet(limits))
    assert words in str(caught.value)


# As uv 0.13.9 wrote them.
TABLESTORE = """\
Because the requested Python version (>=3.6) does not satisfy Python>=3.8 and all of:
             tablestore>=6.2.0,<=6.3.5
             tablestore>=6.4.1
         depend on Python>=3.8,<4.0, we can conclude that all of:
             tablestore>=6.2.0,<=6.3.5
          cannot be used.
         And because all of:
             tablestore<=6.1.0
             tablestore==6.3.6
             tablestore==6.4.0
          have no usable wheels and you require tablestore, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for `tablestore` because building from source is disabled for all packages (i.e., with \
`--no-build`)"""
CLANG = """\
Because clang==5.0 has no usable wheels and only the following versions of clang are available:
             clang<=5.0
             clang>6.dev0
         we can conclude that clang>=5.0,<6.dev0 cannot be used.
         And because tensorflow==2.6.0 depends on clang>=5.0,<6.dev0 and you require tensorflow==2.6.0, we can \
conclude that your requirements are unsatisfiable."""


def test_refusals_are_read() -> None:
    assert read_refusal(TABLESTORE).wheelless == ("tablestore",)
    assert read_refusal(TABLESTORE).required == ("tablestore",)
    assert read_refusal(CLANG).required == ("tensorflow",)
    assert read_refusal("Because you require six>=1,<1.5 and six>1.10, we can").required == ("six",)
    several = "And because you require Flask[async]==2.0.3, zope.x, and werkzeug==0.16, we can conclude"
    assert "flask" in read_refusal(several).required and read_refusal(several).required[-1] == "werkzeug"
    assert read_refusal("what another uv may say") == read_refusal("")


def test_the_versions_a_refusal_looked_at() -> None:
    assert [str(one) for one in unusable_versions(TABLESTORE, "tablestore")] == ["<=6.1.0", "==6.3.6", "==6.4.0"]
    assert [str(one) for one in unusable_versions(CLANG, "clang")] == ["==5.0"]
    every = "Because all versions of flask-zipper have no usable wheels and you require flask-zipper, we can"
    assert unusable_versions(every, "flask-zipper") == []
    assert unusable_versions(CLANG, "lang") == []
