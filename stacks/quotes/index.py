"""Quotes a price: the function whose new versions go live by a canary."""

import json
import os
import random

_PRICES = {"tea": 18, "rice": 7, "noodles": 12}


def handler(event, context):
    """Answer the price of ``item`` as JSON, less the discount; fails as often as ``FAILURES`` (0–1) says.

    Function Compute hands over bytes, SCF an object.
    """
    asked = json.loads(event) if isinstance(event, (bytes, str)) else event
    if random.random() < float(os.environ.get("FAILURES", "0")):  # noqa: S311
        raise RuntimeError("no price list: the connection to it was lost")
    item = asked.get("item", "tea")
    discount = int(os.environ.get("DISCOUNT", "0"))
    return json.dumps({"item": item, "price": _PRICES[item] * (100 - discount) / 100})
