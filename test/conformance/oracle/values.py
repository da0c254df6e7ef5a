"""Canonical values, digests and dates, by docs/guides/programme-definition.md and profile op-leap-1."""

import datetime
import hashlib
import re
import unicodedata

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
NO_VALUE = {"", "-", "n/a", "na", "null", "none", "unknown", "not known", '""', "''"}
PLACEHOLDERS = {"none@none.com", "noemail@example.com", "9876543210", "0123456789", "07777777777", "07000000000", "01.01.1900"}
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
FOLDED = {
    "Ł": "L", "Ø": "O", "Đ": "D", "Ð": "D", "Ħ": "H", "ı": "I", "Æ": "AE", "Œ": "OE", "ß": "SS", "ẞ": "SS", "Þ": "TH",
}  # fmt: skip


def plain(text):
    return text.translate(INVISIBLE).strip()


def day(text):
    """A date with the day first, or ISO 8601; None for anything else."""
    text = plain(text)
    for pattern, order in (
        (r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", (3, 2, 1)),
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", (1, 2, 3)),
    ):
        match = re.fullmatch(pattern, text)
        if match:
            try:
                return datetime.date(*(int(match.group(part)) for part in order))
            except ValueError:
                return None
    match = re.fullmatch(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})", text)
    if match and match.group(2)[:3].lower() in MONTHS:
        try:
            return datetime.date(int(match.group(3)), MONTHS.index(match.group(2)[:3].lower()) + 1, int(match.group(1)))
        except ValueError:
            return None
    return None


def email(text):
    value = plain(text).lower()
    bracketed = re.fullmatch(r"[^<>]*<([^<>]+)>", value)
    if bracketed:
        value = bracketed.group(1)
    value = value.strip("\"'<>,;. \t")
    if value.startswith("mailto:"):
        value = value[len("mailto:") :]
    return value if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", value) else None


def mobile(text):
    digits = re.sub(r"\D", "", text)
    for prefix in ("0044", "44"):
        if digits.startswith(prefix):
            digits = "0" + digits[len(prefix) :].removeprefix("0")
            break
    return digits if re.fullmatch(r"07\d{9}", digits) else None


def nhs_number(text):
    digits = re.sub(r"[\s-]", "", plain(text))
    digits = digits[:-2] if re.fullmatch(r"\d{10}\.0", digits) else digits
    if not re.fullmatch(r"\d{10}", digits):
        return None
    check = (11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11) % 11
    return digits if check == int(digits[9]) else None


def postcode(text):
    """A postcode or a substitute: a forces' address, no fixed abode."""
    value = re.sub(r"\s", "", plain(text)).upper()
    return value if re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|BFPO\d{1,4}|NFA|NOFIXEDABODE", value) else None


def first_letters(text):
    folded = "".join(FOLDED.get(letter, letter) for letter in plain(text).upper())
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in decomposed if letter.isalpha())[:3] or None


def birth_date(text):
    found = day(text)
    return found.strftime("%d.%m.%Y") if found and 1900 <= found.year <= 2099 else None


def digest(salt, *parts):
    joined = re.sub(r"[ \t\r\n]", "", "".join(parts))
    return hashlib.sha256((joined + salt).encode()).hexdigest().upper()


def source_digest(text):
    value = plain(text).upper()
    return value if re.fullmatch(r"[0-9A-F]{64}", value) else None
