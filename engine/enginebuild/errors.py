"""What can go wrong while the engine is looked for or built; each text is one the user can act on."""

from __future__ import annotations


class EngineError(Exception):
    """The root of every error of this package; its text is meant for the user."""


class GoMissingError(EngineError):
    """Something has to be built and there is no Go on this machine, or one too old."""


class BuildFailedError(EngineError):
    """Go could not build a product, or what it built does not run; holds the last lines Go printed."""


class EngineNotBuiltError(EngineError):
    """The engine's environment was asked for before ``make engine`` made it."""


class BuildInterruptedError(EngineError):
    """A signal ended the build; ``signal_number`` says which."""

    def __init__(self, signal_number: int) -> None:
        self.signal_number = signal_number
        super().__init__("interrupted; what was finished is kept, the rest is built by the next run")
