"""How new a C library a package needs, from what each of its ELF files says."""

from __future__ import annotations

from yunfn.packaging.proof import SystemNeeds
from yunfn.packaging.proof.elf import Elf


def elf(*versions: str) -> Elf:
    return Elf("x86_64", "ET_DYN", versions=tuple(("libc.so.6", version) for version in versions))


def test_the_newest_counts_by_number_and_the_first_file_that_needs_it_is_named() -> None:
    elves = {
        "lib/z.so": elf("GLIBC_2.14"),
        "lib/b.so": elf("GLIBC_2.2.5", "GLIBC_2.14", "GLIBCXX_3.4.22"),
        "lib/a.so": elf("GLIBC_2.9", "GLIBC_PRIVATE"),
    }
    assert SystemNeeds.of(elves) == SystemNeeds(3, "2.14", "lib/b.so")


def test_a_file_may_need_no_version_and_there_may_be_no_file() -> None:
    assert SystemNeeds.of({"lib/a.so": elf()}) == SystemNeeds(1)
    assert SystemNeeds.of({}) == SystemNeeds(0)
