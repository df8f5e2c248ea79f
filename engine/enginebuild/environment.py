"""Puts the engine together: what is installed, what was built, and the environment in which both are used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from enginebuild.cache import BuildCache
from enginebuild.errors import EngineNotBuiltError
from enginebuild.home import engine_home, furnish
from enginebuild.installed import InstalledPulumi, installed_plugin_files, installed_pulumi, search_path
from enginebuild.products import PLUGINS, Plugin, Product, all_products

OFFLINE = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    "PULUMI_NEO": "false",
    "PULUMI_SUPPRESS_NEO_LINK": "true",
}
"""What keeps the CLI from asking pulumi.com for updates, plugins, packages and explanations."""

PLUGIN_SETTINGS = {"TENCENTCLOUD_API_REQUEST_CLIENT": "yunfn"}
"""What the plugins are told where the user says nothing else.

Without a client name of its own, the tencentcloud plugin sends one that grows by every function and log topic it reads:
some 40 KB for 1,000 of them, in one header (terraform-provider-tencentcloud 1.81.90, connectivity/transport.go).
"""


@dataclass(frozen=True)
class Engine:
    """What the engine consists of on this machine: installed parts, and products to be built (or built already)."""

    pulumi: InstalledPulumi | None
    installed_plugins: Mapping[Plugin, list[Path]]
    products: tuple[Product, ...]


def survey() -> Engine:
    """See what is installed and so what has to come from a build. Builds nothing."""
    pulumi = installed_pulumi()
    plugins = {plugin: files for plugin in PLUGINS if (files := installed_plugin_files(plugin))}
    covered = {plugin.executable for plugin in plugins}
    if pulumi is not None and not pulumi.refused:
        covered |= {"pulumi", "pulumi-language-python"}
    return Engine(pulumi, plugins, tuple(product for product in all_products() if product.name not in covered))


def engine_environment() -> dict[str, str]:
    """The variables to set over ``os.environ`` to run ``pulumi`` on this project's engine: PATH, PULUMI_HOME etc.

    Builds nothing; raises EngineNotBuiltError where something is missing. The language host starts the ``python3`` that
    PATH leads to: whoever runs a program puts its virtual environment first.
    """
    engine = survey()
    cache = BuildCache()
    missing = [product.title for product in engine.products if not cache.trusted(product)]
    if missing:
        raise EngineNotBuiltError(f"the {' and the '.join(missing)} must be built first: run `make engine`")
    return furnished_environment(engine, cache)


def furnished_environment(engine: Engine, cache: BuildCache) -> dict[str, str]:
    """Bring the engine's home up to date, all products being built, and give the variables that lead to it."""
    executables: list[Path] = []
    plugins = {plugin.folder_name: files for plugin, files in engine.installed_plugins.items()}
    built = {plugin.executable: plugin for plugin in PLUGINS}
    for product in engine.products:
        files = [cache.folder(product) / name for name in product.file_names]
        if product.name in built:
            plugins[built[product.name].folder_name] = files
        else:
            executables += files
    home = engine_home()
    furnish(home, executables, plugins)
    path = search_path()
    if executables:
        path = os.pathsep.join([str(home / "bin"), path])
    settings = {name: os.environ.get(name) or value for name, value in PLUGIN_SETTINGS.items()}
    return {"PATH": path, "PULUMI_HOME": str(home), **OFFLINE, **settings}
