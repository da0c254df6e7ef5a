"""Reads the files of a programme into live rows: which rows are accepted, and which of them are live."""

import csv
import io
import json
import re

import periods
import values


class Row:
    """The content of a live row. Tokens are digests; those of clear values equal those made at source."""

    def __init__(self, file, number):
        self.file, self.number = file, number
        self.role = None
        self.key = None
        self.own = {}  # kind -> digest of this person's identifier
        self.carer = {}  # kind -> digest of the carer's identifier
        self.birth = None
        self.gender = None
        self.case = None
        self.facts = {}

    @property
    def dataset(self):
        return self.file.dataset["id"]

    @property
    def is_person(self):
        return self.file.dataset["dataType"] == "user"

    @property
    def provider_case(self):
        return (self.file.provider, self.case) if self.case else None

    @property
    def event_date(self):
        return self.facts.get("eventDate") or self.facts.get("registeredOn")

    @property
    def qualifying(self):
        kinds = self.file.schema["x-kinledger"].get("sessionKinds", [])
        return (
            self.file.dataset["dataType"] == "engagement"
            and self.facts.get("attended") == "true"
            and self.facts.get("sessionKind") in kinds
        )


class Rejected(Exception):
    pass


class ConsentRefused(Exception):
    pass


class SubmittedFile:
    """One file with its dataset and schema, its accepted rows and the row ids that refuse consent."""

    def __init__(self, programme, entry, sequence, folder, salt):
        self.sequence = sequence
        self.period = entry["period"]
        self.dataset = next(item for item in programme["datasets"] if item["id"] == entry["dataset"])
        self.provider = next(
            item["provider"] for item in programme["services"] if item["id"] == self.dataset["service"]
        )
        self.schema = programme["schemas"][self.dataset["schemaFile"]]
        self.salt = salt
        self.placeholder_digests = {values.digest(salt, value) for value in {"", *values.PLACEHOLDERS}}
        self.rows, self.refusals, self.rejected, self.without_consent = [], [], 0, 0
        self.read(folder / entry["path"])

    @property
    def rank(self):
        start, end = periods.bounds(self.period)
        return start, end, self.sequence

    @property
    def refused(self):
        """Whether no row is left, or more were rejected than the dataset allows; rows without consent are ignored."""
        total = len(self.rows) + self.rejected
        if total == self.rejected and not self.refusals:
            return True
        are_many = self.rejected >= self.dataset.get("rejectionMinimum", 3)
        return are_many and self.rejected / total > self.dataset.get("rejectionThreshold", 0.5)

    def read(self, path):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        lines = csv.reader(io.StringIO(text), delimiter=delimiter)
        columns = self.columns(next(lines))
        ids = {}
        occurrences = {}
        for number, cells in enumerate(lines, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            record = {field["name"]: cells[at] if at < len(cells) else "" for field, at in columns}
            try:
                row = self.row(record, number)
            except ConsentRefused:
                self.without_consent += 1
                row_id = self.row_id(record)
                if row_id:
                    self.refusals.append(row_id)
                    ids.pop(row_id, None)
                continue
            except Rejected:
                self.rejected += 1
                continue
            row_id = self.row_id(record)
            if row_id:
                if row_id in ids:
                    continue
                if row_id in self.refusals:
                    self.refusals.remove(row_id)
                row.key = row_id
                ids[row_id] = row
            else:
                self.rows.append(row)
                row.key = self.natural_key(record, row, occurrences)
        self.rows.extend(ids.values())

    def columns(self, titles):
        found = []
        for field in self.schema["fields"]:
            names = [field.get("title", ""), field["name"], *field["x-kinledger"].get("aliases", [])]
            keys = {re.sub(r"[\W_]", "", name.casefold()) for name in names}
            for at, title in enumerate(titles):
                if re.sub(r"[\W_]", "", title.casefold()) in keys:
                    found.append((field, at))
        return found

    def row_id(self, record):
        parts = [values.plain(record.get(name, "")).upper() for name in self.schema.get("primaryKey", [])]
        return (self.dataset["id"], *parts) if parts and all(parts) else None

    def natural_key(self, record, row, occurrences):
        names = self.schema["x-kinledger"].get("naturalKey", [])
        stable = self.schema["x-kinledger"].get("naturalKeyIsStable", False)
        parts = [row.facts.get("eventDate") and str(row.facts["eventDate"]) if name.endswith("_date")
                 else values.plain(record.get(name, "")).upper() for name in names]  # fmt: skip
        if not stable or not parts or not all(parts):
            return (self.dataset["id"], self.period, self.sequence, row.number)
        parts[-1] = row.facts.get("sessionKind") or parts[-1]
        about = (sorted(row.own.items()), sorted(row.carer.items()), row.birth, row.gender)
        key = (self.dataset["id"], *parts, str(about))
        occurrences[key] = occurrences.get(key, 0) + 1
        return (*key, occurrences[key])

    def row(self, record, number):
        row = Row(self, number)
        fields = self.schema["fields"]
        consent = next((field for field in fields if field["x-kinledger"].get("consent")), None)
        if consent is not None:
            answer = self.coded(consent, record.get(consent["name"], ""))
            if answer == "false":
                raise ConsentRefused
        role_field = next((f for f in fields if f["x-kinledger"].get("target", {}).get("to") == "role"), None)
        row.role = (
            self.coded(role_field, record.get(role_field["name"], ""))
            if role_field
            else self.schema["x-kinledger"].get("role")
        )
        if row.role is None:
            raise Rejected
        clear = {}
        for field in fields:
            value = self.field_value(field, record.get(field["name"], ""), row.role)
            if value is not None:
                clear[field["name"]] = value
                self.keep(row, field, value)
        self.add_child_key(row, clear)
        return row

    def field_value(self, field, text, role):
        rules = field["x-kinledger"]
        concerned = "roles" not in rules or role in rules["roles"]
        stripped = values.plain(text)
        if not stripped or (stripped.lower() in no_value(field) and "enum" not in field.get("constraints", {})):
            if concerned and rules.get("missing") == "error":
                raise Rejected
            return None
        value = self.canonical(field, text)
        if value is None and rules.get("invalid", "error") == "error":
            raise Rejected
        return None if value in values.PLACEHOLDERS else value

    def canonical(self, field, text):
        form = format_of(field)
        if form == "email":
            return values.email(text)
        if form == "mobile":
            return values.mobile(text)
        if form == "nhs-number":
            return values.nhs_number(text)
        if form == "digest":
            return values.source_digest(text)
        if form == "first-name":
            return values.first_letters(text)
        if form == "postcode":
            return values.postcode(text)
        if form == "case-number":
            return values.plain(text).upper()
        if field["type"] == "date":
            guard = any(item["kind"] == "birth-date" for item in field["x-kinledger"].get("identifiers", []))
            return values.birth_date(text) if guard else values.day(text)
        if field["type"] in ("integer", "number"):
            return self.number(field, text)
        if "enum" in field.get("constraints", {}) or "valueMap" in field["x-kinledger"]:
            return self.coded(field, text)
        return values.plain(text)

    @staticmethod
    def number(field, text):
        limits = field.get("constraints", {})
        written = values.plain(text)
        spellings = {known.casefold(): code for known, code in field["x-kinledger"].get("valueMap", {}).items()}
        written = spellings.get(written.casefold(), written)
        try:
            number = int(written) if field["type"] == "integer" else float(written)
        except ValueError:
            return None
        return number if limits.get("minimum", number) <= number <= limits.get("maximum", number) else None

    @staticmethod
    def coded(field, text):
        wanted = values.plain(text).casefold()
        for written, code in field["x-kinledger"].get("valueMap", {}).items():
            if written.casefold() == wanted:
                return code
        codes = field.get("constraints", {}).get("enum", ["true", "false"] if field["type"] == "boolean" else [])
        return next((code for code in codes if code.casefold() == wanted), None)

    def keep(self, row, field, value):
        target = field["x-kinledger"].get("target", {})
        if target.get("to") == "fact":
            row.facts[target["name"]] = value
        for identifier in field["x-kinledger"].get("identifiers", []):
            if "roles" in identifier and row.role not in identifier["roles"]:
                continue
            if row.role == "none":
                continue
            kind, use = identifier["kind"], identifier["use"]
            made_at_source = identifier.get("form") == "digest"
            if made_at_source and value in self.placeholder_digests:
                continue
            if kind == "gender":
                row.gender = value
            elif kind == "case-number":
                row.case = value
            elif kind == "birth-date":
                row.birth = value if made_at_source else values.digest(self.salt, value)
            else:
                tokens = row.own if use == "identity" else row.carer
                tokens[kind] = value if made_at_source else values.digest(self.salt, value)

    def add_child_key(self, row, clear):
        names = self.schema["x-kinledger"].get("childKey")
        if row.role != "child" or names is None:
            return
        parts = [clear.get(names[part]) for part in ("carerEmail", "birthDate", "firstName", "gender")]
        if all(parts):
            row.own["child-key"] = values.digest(self.salt, *parts)


def no_value(field):
    """Spellings of "no value", except one that is also a first name."""
    return values.NO_VALUE - {"na"} if format_of(field) == "first-name" else values.NO_VALUE


def format_of(field):
    """Table Schema's own format, or one under `x-kinledger`."""
    return field["x-kinledger"].get("format", field.get("format"))


def read_programme(folder):
    programme = json.loads((folder / "programme.json").read_text())
    for path in sorted((folder / "services").glob("*.json")):
        add_service(programme, path.stem, json.loads(path.read_text()))
    programme["schemas"] = {
        path.name: json.loads(path.read_text()) for path in sorted((folder / "datasets").glob("*.json"))
    }
    return programme


def add_service(programme, name, service):
    """A service from a file of its own, with its datasets; they follow those of programme.json."""
    programme.setdefault("services", []).append({**service, "id": name})
    for kind, dataset in service.get("datasets", {}).items():
        programme.setdefault("datasets", []).append(
            {**dataset, "id": f"{name}.{kind}", "service": name, "dataType": kind}
        )
    for scope in programme["familyScopes"]:
        if scope["scope"] in service.get("familyScopes", []):
            scope["services"].append(name)


def read_files(programme, folder, salt):
    manifest = json.loads((folder / "manifest.json").read_text())
    return [
        SubmittedFile(programme, entry, sequence, folder, salt)
        for sequence, entry in enumerate(manifest["files"])
    ]


def live_rows(files):
    """One row per key, of the highest-ranked file; a later full extract retires the keys that it omits."""
    standing = {}
    for file in sorted((file for file in files if not file.refused), key=lambda file: file.rank):
        if file.dataset["extractKind"] != "delta":
            standing = {key: row for key, row in standing.items() if row.dataset != file.dataset["id"]}
        for key in file.refusals:
            standing.pop(key, None)
        for row in file.rows:
            standing[row.key] = row
    return list(standing.values())
