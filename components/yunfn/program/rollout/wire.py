"""A rollout's declaration in the form in which it reaches the plugin: that of its record, outputs left in place.

msgspec writes it where every value is known. In a program some are outputs of other resources: each stays one by
itself, so that a preview tells the steps though, say, a log topic is only being made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from yunfn.program.checking import later


def wire(value: Any) -> Any:
    """``value``, a declaration or a part of one, as maps, lists, texts and numbers; what is None is left out."""
    if later(value):
        return value
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        found = {config.tag_field: config.tag} if config.tag_field else {}
        for field in msgspec.structs.fields(value):
            found[field.encode_name] = wire(getattr(value, field.name))
        return {name: each for name, each in found.items() if each is not None}
    if isinstance(value, Mapping):
        return {str(name): wire(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [wire(each) for each in value]
    return msgspec.to_builtins(value)
