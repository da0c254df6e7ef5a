"""Checks the export of a ledger, as JSON on standard output; ends with 1 where it finds a fault.

    python3 verify_export.py FOLDER [--checkpoint FILE]

It shares no code with the product, and was written from the README.md that lies in an export, alone. Python 3.9, standard
library.
"""

import argparse
import base64
import binascii
import json
import pathlib
import re
import sys

import canonical
import ed25519
from tree import Tree, leaf_hash, node_hash, sha256

EVENT_MEMBERS = {"cause", "data", "id", "revision", "time", "type", "version"}
HEX = re.compile(r"[0-9a-f]{64}")


class Unreadable(Exception):
    """What is wrong is so at once: nothing further can be said."""


class Faults:
    def __init__(self):
        self.found = []

    def add(self, position, what):
        self.found.append({"position": position, "what": what})


def from_base64(text):
    """Bytes of base64 with padding, written in the one way; None for any other text."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def lp(text):
    raw = text.encode("utf-8")
    return len(raw).to_bytes(4, "big") + raw


def event_id(cause, number):
    h = sha256(lp(cause), lp(str(number))).hex()
    v = "89ab"[int(h[16], 16) & 3]
    return f"{h[0:8]}-{h[8:12]}-8{h[13:16]}-{v}{h[17:20]}-{h[20:32]}"


def key_id(name, public_key):
    return sha256(name.encode("utf-8"), b"\x0a\x01", public_key)[:4]


def read_description(folder):
    try:
        raw = (folder / "export.json").read_bytes()
    except OSError:
        raise Unreadable("there is no export.json")
    description = canonical.read_canonical(raw[:-1]) if raw.endswith(b"\n") else None
    wanted = {"format", "version", "stream", "origin", "first", "events", "before", "after"}
    if not isinstance(description, dict) or set(description) != wanted:
        raise Unreadable("export.json has not its form")
    counts = [description["first"], description["events"]]
    hashes = description["before"], description["after"]
    if (
        description["format"] != "kinledger-ledger-export"
        or description["version"] != 1
        or description["origin"] != f"kinledger/{description['stream']}"
        or any(type(count) is not int for count in counts)
        or counts[0] < 0
        or counts[1] < 1
        or not all(isinstance(each, list) and all(HEX.fullmatch(str(h)) for h in each) for each in hashes)
    ):
        raise Unreadable("export.json has not its form")
    return description


class Checkpoint:
    """A signed note about the first events of a ledger."""

    def __init__(self, raw):
        text = raw.decode("utf-8")
        border = text.rfind("\n\n")
        if border < 0 or not text.endswith("\n") or border + 2 >= len(text):
            raise ValueError("it is no signed note")
        if re.search(r"[\x00-\x09\x0b-\x1f]", text):
            raise ValueError("it holds control characters")
        self.signed = text[: border + 1]
        lines = self.signed[:-1].split("\n")
        if len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
            raise ValueError("it has not the lines of a checkpoint")
        self.origin, self.size, self.root = lines[0], int(lines[1]), from_base64(lines[2])
        if self.root is None or len(self.root) != 32 or "" in lines[3:]:
            raise ValueError("it has not the lines of a checkpoint")
        self.signatures = []
        for line in text[border + 2 : -1].split("\n"):
            parts = line.split(" ")
            signature = from_base64(parts[2]) if len(parts) == 3 else None
            if parts[0] != "\u2014" or signature is None or len(signature) <= 4:
                raise ValueError("a line of signature has not its form")
            self.signatures.append((parts[1], signature[:4], signature[4:]))

    def is_signed(self, origin, public_key):
        identity = key_id(origin, public_key)
        own = [signature for name, id_, signature in self.signatures if (name, id_) == (origin, identity)]
        message = self.signed.encode("utf-8")
        return bool(own) and all(ed25519.verify(public_key, message, signature) for signature in own)


class Export:
    def __init__(self, folder, outside):
        self.folder = folder
        self.faults = Faults()
        self.description = read_description(folder)
        self.origin, self.first = self.description["origin"], self.description["first"]
        self.end = self.first + self.description["events"]
        self.checkpoints = []
        self.own = 0
        self.named = {}
        self.keys = []
        self.lines = []
        self.taken = 0
        self.largest = 0
        self.read_checkpoints()
        self.read_keys()
        if outside is not None:
            self.take_checkpoint(outside.read_bytes(), None, "the checkpoint from elsewhere")
        try:
            self.tree = Tree(self.first, [bytes.fromhex(h) for h in self.description["before"]])
        except ValueError:
            raise Unreadable("export.json has not as many hashes as stand for the events before the first")

    def read_checkpoints(self):
        directory = self.folder / "checkpoints"
        if not directory.is_dir():
            return
        for file in sorted(directory.iterdir()):
            size = int(file.stem) if re.fullmatch(r"[0-9]{12,}\.txt", file.name) else None
            if size is None or file.stem != str(size).zfill(12):
                self.faults.add(0, f"{file.name} is no name of a checkpoint")
                continue
            self.own += 1
            self.largest = max(self.largest, size)
            self.take_checkpoint(file.read_bytes(), size, file.name)

    def take_checkpoint(self, raw, size, name):
        try:
            checkpoint = Checkpoint(raw)
        except ValueError as error:
            self.faults.add((size or 1) - 1, f"{name}: {error}")
            return
        if checkpoint.origin != self.origin or (size is not None and checkpoint.size != size):
            self.faults.add((size or 1) - 1, f"{name} is of another ledger or size")
        elif checkpoint.size <= self.first:
            self.faults.add(self.first, f"{name} is about what comes before the first event")
        else:
            checkpoint.name = name
            self.checkpoints.append(checkpoint)

    def read_keys(self):
        try:
            text = (self.folder / "keys.txt").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self.faults.add(0, "keys.txt is missing or cannot be read")
            return
        if not text.endswith("\n"):
            self.faults.add(0, "keys.txt breaks off")
            return
        for number, line in enumerate(text[:-1].split("\n")):
            parts = line.split(" ")
            raw = from_base64(parts[1].split("+", 2)[-1]) if len(parts) == (2 if number == 0 else 3) else None
            position = int(parts[0]) if re.fullmatch(r"0|[1-9][0-9]*", parts[0]) else 0
            key = raw[1:] if raw is not None and len(raw) == 33 else b""
            encoded = base64.b64encode(b"\x01" + key).decode()
            if parts[1:2] != [f"{self.origin}+{key_id(self.origin, key).hex()}+{encoded}"]:
                self.faults.add(position, "a line of keys.txt has not its form")
                return
            self.lines.append((position, key, parts[2] if number > 0 else None))

    def take_lines(self, start, end):
        """Changes of key at positions that are not among the events here."""
        for position, key, signature in self.lines[1:]:
            if start <= position < end:
                self.change_key(position, key, signature)

    def change_key(self, position, key, signature):
        raw = from_base64(str(signature))
        encoded = base64.b64encode(key).decode()
        text = f"kinledger signing key change\n{self.origin}\n{position}\n{encoded}\n".encode("utf-8")
        if (
            not self.keys
            or self.keys[-1][0] >= position
            or raw is None
            or len(raw) != 64
            or not ed25519.verify(self.keys[-1][1], text, raw)
        ):
            self.faults.add(position, "the change of key is not signed by the key before it")
        elif key in [each for _, each, _ in self.keys]:
            self.faults.add(position, "an earlier key comes back")
        else:
            self.keys.append((position, key, signature))

    def key_at(self, position):
        return [key for start, key, _ in self.keys if start <= position][-1]

    def take_key(self, event, position):
        key = from_base64(str(event["data"].get("signingKey")))
        if key is None or len(key) != 32:
            self.faults.add(position, "the event names no public key")
        elif event["type"] == "SigningKeyChanged":
            previous = from_base64(str(event["data"].get("previous")))
            if not self.keys or previous != self.keys[-1][1]:
                self.faults.add(position, "the event changes another key than the one in force")
            else:
                self.change_key(position, key, event["data"].get("signature"))
        elif not self.keys:
            self.keys.append((position, key, None))
        elif key != self.keys[-1][1]:
            self.faults.add(position, "the event names another key than the one in force")

    def take_named(self, event, position):
        data = event["data"]
        if event["type"] == "ProgrammeDefined":
            self.take_key(event, position)
            self.named.setdefault(f"definitions/{data.get('definition')}.json", (position, None))
        if event["type"] == "SigningKeyChanged":
            self.take_key(event, position)
        if event["type"] == "StrategyAdopted":
            content = canonical.write({"name": data.get("strategy"), "parameters": data.get("parameters")})
            self.named.setdefault(f"strategies/{data.get('digest')}.json", (position, content.encode("utf-8")))

    def split_line(self, line, position):
        parts = line.split(b" ", 2)
        if len(parts) != 3 or parts[0] != str(position).encode() or not HEX.fullmatch(parts[1].decode("latin-1")):
            self.faults.add(position, "the line has not its form, or another position")
            return None
        return bytes.fromhex(parts[1].decode()), parts[2]

    def read_event(self, raw, position):
        event = canonical.read_canonical(raw)
        if (
            not isinstance(event, dict)
            or set(event) != EVENT_MEMBERS
            or event["revision"] != position
            or not isinstance(event["data"], dict)
        ):
            self.faults.add(position, "the event is not canonical, lacks a member, or belongs elsewhere")
            return None
        return event

    def check_events(self):
        causes = {}
        due = {}
        for checkpoint in self.checkpoints:
            due.setdefault(checkpoint.size, []).append(checkpoint)
        position = self.first
        try:
            events = (self.folder / "events.txt").open("rb")
        except OSError:
            raise Unreadable("there is no events.txt")
        with events:
            for line in events:
                if position >= self.end or not line.endswith(b"\n"):
                    self.faults.add(position, "there are more lines than events, or the last one breaks off")
                    return
                parts = self.split_line(line[:-1], position)
                if parts is None:
                    return
                leaf, raw = parts
                if leaf != leaf_hash(raw):
                    self.faults.add(position, "the leaf hash is not that of the event")
                event = self.read_event(raw, position)
                if event is not None:
                    number = causes.get(event["cause"], 0)
                    causes[event["cause"]] = number + 1
                    if self.first == 0 and event["id"] != event_id(event["cause"], number):
                        self.faults.add(position, "the id is not that of the event's cause and number")
                    self.take_named(event, position)
                self.tree.push(leaf)
                position += 1
                self.taken += 1
                self.compare(due)
        if position < self.end:
            self.faults.add(position, "events are missing")
            return
        self.take_lines(self.end, self.largest)
        self.take_after()
        self.compare(due)

    def take_after(self):
        """The hashes that stand for the events behind the last."""
        position = self.end
        hashes = [bytes.fromhex(h) for h in self.description["after"]]
        for hash_ in hashes:
            level = 0
            while position % 2 ** (level + 1) == 0 and position + 2 ** (level + 1) <= self.largest:
                level += 1
            self.tree.push(hash_, level)
            position += 2**level
        if position != max(self.end, self.largest):
            self.faults.add(self.end, "the hashes behind the last event do not lead to the largest checkpoint")

    def compare(self, due):
        for checkpoint in due.pop(self.tree.size, []):
            if checkpoint.root != self.tree.root():
                self.faults.add(checkpoint.size - 1, f"{checkpoint.name} has another root than the events")
            checkpoint.compared = True

    def check_first_event(self):
        try:
            lines = (self.folder / "first-event.txt").read_bytes().split(b"\n")
        except OSError:
            self.faults.add(0, "first-event.txt is missing")
            return
        proof = [line.decode("latin-1") for line in lines[1:-1]]
        parts = self.split_line(lines[0], 0)
        if parts is None or lines[-1] != b"" or not all(HEX.fullmatch(line) for line in proof):
            self.faults.add(0, "first-event.txt has not its form")
            return
        leaf, raw = parts
        event = self.read_event(raw, 0)
        if leaf != leaf_hash(raw):
            self.faults.add(0, "the leaf hash is not that of the first event")
        if event is not None:
            self.take_key(event, 0)
        if self.largest == 0:
            return
        rest, steps = self.largest, 0
        while rest > 1:
            rest, steps = (rest + 1) // 2, steps + 1
        root = leaf
        for line in proof:
            root = node_hash(root, bytes.fromhex(line))
        largest = [each for each in self.checkpoints if each.size == self.largest]
        if len(proof) != steps or any(each.root != root for each in largest):
            self.faults.add(0, "the first event is not shown to be in the tree")

    def check_signatures(self):
        if not self.keys:
            self.faults.add(0, "no event names a key")
            return
        for checkpoint in self.checkpoints:
            if not checkpoint.is_signed(self.origin, self.key_at(max(0, checkpoint.size - 1))):
                self.faults.add(checkpoint.size - 1, f"{checkpoint.name} is not signed by the key")
            if not getattr(checkpoint, "compared", False) and not self.faults.found:
                self.faults.add(self.end, f"{checkpoint.name} is about events that are not here")
        if self.lines != self.keys:
            pairs = zip(self.lines + [None], self.keys + [None])
            both = next(pair for pair in pairs if pair[0] != pair[1])
            self.faults.add((both[1] or both[0])[0], "keys.txt has other keys than the events")

    def check_files(self):
        for name, (position, content) in self.named.items():
            file = self.folder / name
            raw = file.read_bytes() if file.is_file() else b""
            if sha256(raw).hex() != file.stem or content not in (None, raw):
                self.faults.add(position, f"{name} is missing or was changed")
        known = {"README.md", "export.json", "events.txt", "keys.txt", *self.named}
        known |= {"first-event.txt"} if self.first > 0 else set()
        for file in self.folder.rglob("*"):
            name = file.relative_to(self.folder).as_posix()
            if file.is_file() and name not in known and not name.startswith("checkpoints/"):
                self.faults.add(0, f"{name} does not belong here")

    def check(self):
        if self.first > 0:
            self.check_first_event()
            self.take_lines(1, self.first)
        self.check_events()
        self.check_signatures()
        self.check_files()
        if self.own == 0:
            self.faults.add(self.first, "there is no checkpoint")


def main():
    parser = argparse.ArgumentParser(description="Checks the export of a ledger by its own README.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--checkpoint", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        export = Export(arguments.folder, arguments.checkpoint)
        export.check()
        found = sorted(export.faults.found, key=lambda fault: fault["position"])
        answer = {
            "first": export.first,
            "events": export.taken,
            "checkpoints": len(export.checkpoints),
            "signedUpTo": export.largest,
            "root": export.tree.root().hex(),
            "faults": found,
        }
    except Unreadable as error:
        answer = {"faults": [{"position": None, "what": str(error)}]}
    print(json.dumps(answer))
    return 1 if answer["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
