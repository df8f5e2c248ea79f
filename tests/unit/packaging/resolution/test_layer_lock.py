"""layer.lock: stable bytes without hosts, damage is told, and what makes it stale is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from yunfn.exceptions import DefinitionError, StaleLockError
from yunfn.packaging.definition import LockedPackage, read_definition
from yunfn.packaging.resolution import LayerLock, LockedArtifact, check_lock, read_lock, requirement_lines, write_lock

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
SIX = "3.6 x86_64-manylinux_2_17"


def lock(*names: str, lines: tuple[str, ...] = ("six",)) -> LayerLock:
    packages = tuple(LockedPackage(name, "1.10", (A,), name == "s") for name in names)
    return LayerLock(lines, {SIX: packages}, {"alibaba:python3": LockedArtifact("e" * 64, "d" * 64, "0" * 64, 12)})


def test_a_lock_is_read_as_it_was_written_and_equal_content_is_equal_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.lock", tmp_path / "other.lock"
    write_lock(one, lock("a", "s"))
    write_lock(other, lock("s", "a"))
    assert read_lock(one) == lock("a", "s")
    assert one.read_bytes() == other.read_bytes()
    assert not [path for path in tmp_path.iterdir() if path not in (one, other)]


def test_a_lock_that_says_the_same_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "layer.lock"
    write_lock(file, lock("a"))
    before = file.stat()
    write_lock(file, lock("a"))
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_write_that_fails_leaves_the_old_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "layer.lock"
    write_lock(file, lock("a"))
    text = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DefinitionError, match=r"layer\.lock: cannot be written: No space left"):
        write_lock(file, lock("b"))
    assert file.read_bytes() == text and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 1\n", "version: 2\n", "version 2 is not 1"),
        ("  - six\n", "  - six\n  - more\n", "does not fit requirements.digest"),
        (A, "sha256:xyz", "a: hashes are not sha256:"),
        (f"      hashes:\n      - {A}", "      hashes: []", "a: hashes are not sha256:"),
        ("    a:\n", "    ../a:\n", "'../a' is no normalized package name"),
        ("    a:\n", "    A_b:\n", "'A_b' is no normalized package name"),
        ("'1.10'", '"1.0\\n--index-url http://evil"', "is no version"),
        ("'1.10'", "1.10", "'version' is missing or no str"),
        ("size: 12", "size: many", "'size' is missing or no int"),
        ("digest: ddd", "digest: ../d", "artifacts: digest '../d"),
        ("artifacts:", "artifacts: 1\nother:", "'artifacts' is missing or no dict"),
        ("environments:", "<<<<<<< HEAD\nenvironments:", "is damaged"),
        ("environments:", "? [", "is damaged"),
    ],
)
def test_damage_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    file = tmp_path / "layer.lock"
    write_lock(file, lock("a"))
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(DefinitionError) as caught:
        read_lock(file)
    assert words in str(caught.value) and str(file) in str(caught.value) and "yunfn layer lock" in str(caught.value)


def test_no_lock_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"there is no lock: run `yunfn layer lock`"):
        read_lock(tmp_path / "layer.lock")


def test_spelling_order_comments_and_places_make_no_difference(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(f"Flask_Zipper>=1,<2\nsix --hash={A} --hash={B}\n")
    second.write_text(f"# why\n\nsix --hash={B} --hash={A}\nflask.zipper <2, >=1\nsix --hash={A} --hash={B}\n")
    one = read_definition(first, ["alibaba:python3"])
    assert requirement_lines(one) == requirement_lines(read_definition(second, ["alibaba:python3"]))
    assert requirement_lines(one)[0] == "flask-zipper<2,>=1"


def test_what_makes_a_lock_stale_is_named_with_both_files(tmp_path: Path) -> None:
    file = tmp_path / "layer.yaml"
    file.write_text("requirements: [flask, six]\ntargets: alibaba:python3\noverrides: {flask: bottle}\n")
    definition = read_definition(file)
    fresh = lock("six", lines=requirement_lines(definition))
    check_lock(definition, fresh)
    with pytest.raises(StaleLockError) as caught:
        check_lock(definition, lock("six", lines=("gone", "six")))
    text = str(caught.value)
    assert str(tmp_path / "layer.lock") in text and str(file) in text
    assert "+ bottle; + override flask: bottle; - gone" in text and "- six" not in text
    with pytest.raises(StaleLockError, match=r"has no packages for tencent:Python3\.7, wanted by .*layer\.yaml"):
        check_lock(definition, fresh, read_definition(file, ["tencent:Python3.6", "tencent:Python3.7"]).targets[1:])


def test_a_change_of_allowed_files_makes_a_lock_stale(tmp_path: Path) -> None:
    file = tmp_path / "r.txt"
    file.write_text(f"six --hash={A}\n")
    before = read_definition(file, ["alibaba:python3"])
    made = lock("six", lines=requirement_lines(before))
    file.write_text(f"six --hash={B}\n")
    with pytest.raises(StaleLockError):
        check_lock(read_definition(file, ["alibaba:python3"]), made)


def test_the_lock_names_no_host(tmp_path: Path) -> None:
    file = tmp_path / "r.txt"
    file.write_text("-i https://u:pw@mirror.example/simple\nsix\n")
    definition = read_definition(file, ["alibaba:python3"])
    write_lock(definition.lock, lock("six", lines=requirement_lines(definition)))
    text = definition.lock.read_text()
    assert "mirror" not in text and "pw" not in text and "://" not in text
