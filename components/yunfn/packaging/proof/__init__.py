"""Checks that a package would run where it is deployed, before it is uploaded.

Rules, by the file that holds them:

==================  =====================================================================================
elf_rules           elf-format, elf-architecture, elf-glibc, elf-libstdcxx, elf-libgcc, elf-python-abi
shared_libraries    elf-missing-library, elf-library-path (warning), elf-symbol-version
bytecode            bytecode-magic
structure           layout-depth, path-too-long, path-case-conflict (warning), path-leftover (warning)
sizes               size-zip, size-unzipped
checks              requires-python
imports             import
archive, manifest   archive-absolute-link, -absolute-path, -bomb, -compression, -control-character, -damaged,
                    -duplicate, -empty, -empty-part, -encrypted, -entries, -file-as-folder, -link-empty,
                    -link-escape, -name-encoding, -parent-path, -special-file, -unwritable, -windows-path
==================  =====================================================================================
"""

from yunfn.packaging.proof.checks import Report as Report
from yunfn.packaging.proof.checks import examine as examine
from yunfn.packaging.proof.distributions import Distribution as Distribution
from yunfn.packaging.proof.distributions import distributions as distributions
from yunfn.packaging.proof.distributions import owners as owners
from yunfn.packaging.proof.finding import Finding as Finding
from yunfn.packaging.proof.imports import ImportReport as ImportReport
from yunfn.packaging.proof.imports import import_modules as import_modules
from yunfn.packaging.proof.imports import import_report as import_report
from yunfn.packaging.proof.system_needs import SystemNeeds as SystemNeeds
from yunfn.packaging.proof.zip_check import examine_zip as examine_zip
