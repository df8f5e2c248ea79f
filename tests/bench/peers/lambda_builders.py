"""AWS SAM's builder makes a folder: ``lambda_builders.py REQUIREMENTS RUNTIME FOLDER``, run by the Python that has it.

The Python of RUNTIME, which must have pip, is the first of that name on PATH.
"""

import sys
import tempfile
from pathlib import Path

from aws_lambda_builders.builder import LambdaBuilder

requirements, runtime, folder = sys.argv[1:]
with tempfile.TemporaryDirectory() as place:
    for name in ("source", "scratch"):
        (Path(place) / name).mkdir()
    LambdaBuilder(language="python", dependency_manager="pip", application_framework=None).build(
        str(Path(place) / "source"), folder, str(Path(place) / "scratch"), requirements, runtime=runtime
    )
