"""Chalice's packager makes a layer's zip: ``chalice_layer.py PROJECT ZIP``, run by the Python that has Chalice.

PROJECT is a folder with requirements.txt. Chalice packs for the Python it runs in.
"""

import shutil
import sys

from chalice.deploy.packager import DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils

project, target = sys.argv[1:]
system = OSUtils()
packager = LayerDeploymentPackager(system, DependencyBuilder(system), UI())
runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
shutil.move(packager.create_deployment_package(project, runtime), target)
