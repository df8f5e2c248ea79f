"""The things that engine/ builds, and the digest that tells one build of them from another."""

from __future__ import annotations

import hashlib
import platform
import re
from dataclasses import asdict, dataclass
from pathlib import Path

ENGINE_FOLDER = Path(__file__).resolve().parents[1]
REPOSITORY = ENGINE_FOLDER.parent

OLDEST_PULUMI = (3, 237, 0)
"""The oldest installed Pulumi CLI that will do: the pulumi Python package of this project asks for it."""

_CLI_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_DIGEST_FORMAT = "1"


@dataclass(frozen=True)
class ModuleFile:
    """A file taken as it is out of a Go module: ``path`` in ``module``, of the version engine/<folder>/go.mod names."""

    folder: str
    module: str
    path: str

    @property
    def name(self) -> str:
        """The file's own name, which it keeps."""
        return Path(self.path).name


@dataclass(frozen=True)
class Product:
    """One build: the Go ``package`` of the module in engine/<folder>, and files that belong with it.

    ``version_command`` are the arguments after which the executable prints ``version``; None where it cannot say.
    """

    name: str
    title: str
    folder: str
    package: str
    version: str
    linker_flags: str = "-s -w"
    version_command: tuple[str, ...] | None = None
    module_files: tuple[ModuleFile, ...] = ()

    @property
    def file_names(self) -> tuple[str, ...]:
        """All files of the product, the executable first."""
        return (self.name, *(file.name for file in self.module_files))


@dataclass(frozen=True)
class Plugin:
    """A resource plugin, built from engine/<name>: ``version`` is what its Python ``sdk`` asks the engine for.

    ``server`` is where the official one comes from, if not from get.pulumi.com.
    """

    name: str
    version: str
    sdk: str
    server: str = ""

    @property
    def executable(self) -> str:
        """The name of its file, which is that of the product as well."""
        return f"pulumi-resource-{self.name}"

    @property
    def folder_name(self) -> str:
        """Its folder under ``plugins`` of a Pulumi home."""
        return f"resource-{self.name}-v{self.version}"

    @property
    def install_command(self) -> str:
        """What installs the official one."""
        command = f"pulumi plugin install resource {self.name} {self.version}"
        return f"{command} --server {self.server}" if self.server else command


PLUGINS = (
    Plugin("alicloud", "4.0.0", sdk="pulumi-alicloud"),
    Plugin(
        "tencentcloud",
        "0.2.3",
        sdk="tencentcloud-iac-pulumi",
        server="github://api.github.com/tencentcloudstack",  # as the SDK's pulumi-plugin.json says
    ),
)


def module_version(folder: str, module: str) -> str:
    """The version (``v3.259.0``) that engine/<folder>/go.mod requires of a module; KeyError if it requires none."""
    text = (ENGINE_FOLDER / folder / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^\s*(?:require\s+)?{re.escape(module)}\s+(v\S+)", text, re.MULTILINE)
    if found is None:
        raise KeyError(f"engine/{folder}/go.mod requires no {module}")
    return found[1]


def required_go(folder: str) -> tuple[int, ...]:
    """The oldest Go that engine/<folder>/go.mod accepts, as numbers: (1, 25, 11)."""
    text = (ENGINE_FOLDER / folder / "go.mod").read_text(encoding="utf-8")
    found = re.search(r"^go\s+(\d+(?:\.\d+)*)", text, re.MULTILINE)
    if found is None:
        raise KeyError(f"engine/{folder}/go.mod has no go line")
    return tuple(int(part) for part in found[1].split("."))


def all_products() -> tuple[Product, ...]:
    """CLI, language host and plugins, in the order they are built."""
    cli_version = module_version("cli", "github.com/pulumi/pulumi/pkg/v3")
    host_version = module_version("language-python", "github.com/pulumi/pulumi/sdk/v3")
    return (
        Product(
            name="pulumi",
            title=f"Pulumi CLI {cli_version}",
            folder="cli",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            version=cli_version,
            # Without its version the Automation API refuses the CLI.
            linker_flags=f"-s -w -X {_CLI_VERSION_VARIABLE}={cli_version}",
            version_command=("version",),
        ),
        Product(
            name="pulumi-language-python",
            title=f"Python language host {host_version}",
            folder="language-python",
            package="github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
            version=host_version,
            linker_flags=f"-s -w -X {_CLI_VERSION_VARIABLE}={host_version}",
            # The script that runs the program goes with the CLI's SDK, not with the older host.
            module_files=(
                ModuleFile("cli", "github.com/pulumi/pulumi/sdk/v3", "python/cmd/pulumi-language-python-exec"),
            ),
        ),
        *(
            Product(
                name=plugin.executable,
                title=f"{plugin.name} plugin {plugin.version}",
                folder=plugin.name,
                package=".",
                version=plugin.version,
                version_command=("--version",),
            )
            for plugin in PLUGINS
        ),
    )


def digest(product: Product) -> str:
    """SHA-256 (hex) over all that decides what a build gives: the product's sources and settings, this machine's kind.

    The Go version is left out on purpose: a new Go must not rebuild what works.
    """
    hashed = hashlib.sha256()

    def add(*parts: str) -> None:
        for part in parts:
            encoded = part.encode()
            hashed.update(len(encoded).to_bytes(8, "big"))
            hashed.update(encoded)

    add(_DIGEST_FORMAT, platform.system(), platform.machine(), repr(sorted(asdict(product).items())))
    for file in product.module_files:
        add(file.path, module_version(file.folder, file.module))
    folder = ENGINE_FOLDER / product.folder
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix in {".go", ".json"} or path.name in {"go.mod", "go.sum"}):
            add(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
    return hashed.hexdigest()
