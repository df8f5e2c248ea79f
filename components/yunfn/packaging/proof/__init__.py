"""Checks that a package would run where it is deployed, before it is uploaded."""

from yunfn.packaging.proof.checks import check as check
from yunfn.packaging.proof.distributions import Distribution as Distribution
from yunfn.packaging.proof.distributions import distributions as distributions
from yunfn.packaging.proof.distributions import owners as owners
from yunfn.packaging.proof.finding import Finding as Finding
from yunfn.packaging.proof.imports import ImportReport as ImportReport
from yunfn.packaging.proof.imports import import_modules as import_modules
from yunfn.packaging.proof.imports import import_report as import_report
from yunfn.packaging.proof.zip_check import check_zip as check_zip
