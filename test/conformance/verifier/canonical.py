"""Canonical JSON (RFC 8785): no white space, members sorted by UTF-16 code units, numbers as ECMAScript prints them."""

import json
import re


class Twice(ValueError):
    """A member stands twice in an object."""


def _members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Twice()
    return members


def read(text):
    """The value of a JSON text. Raises ValueError for anything else."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, object_pairs_hook=_members, parse_constant=refuse)


def _number(value):
    """A float as ECMAScript prints it (ECMA-262, Number::toString)."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = ("+" if point > 0 else "-") + str(abs(point - 1))
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + "e" + power


def write(value):
    """The canonical text of a value."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(write(name) + ":" + write(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return _number(float(value))
    return json.dumps(value, ensure_ascii=False)


def read_canonical(raw):
    """The value of bytes that are canonical JSON; None for any others."""
    try:
        text = raw.decode("utf-8")
        if re.search("[\ud800-\udfff]", text):
            return None
        value = read(text)
        return value if write(value) == text else None
    except (ValueError, RecursionError):
        return None
