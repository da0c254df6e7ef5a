"""The tree of an export's README: RFC 9162, section 2.1, kept as a stack of complete subtrees."""

import hashlib


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(event):
    return sha256(b"\x00", event)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


class Tree:
    def __init__(self, first, before):
        """Begins behind `first` leaves, for which `before` stands."""
        levels = [level for level in range(first.bit_length() - 1, -1, -1) if first >> level & 1]
        if len(levels) != len(before):
            raise ValueError("before")
        self.stack = list(zip(levels, before))
        self.size = first

    def push(self, hash_, level=0):
        self.size += 2**level
        self.stack.append((level, hash_))
        while len(self.stack) > 1 and self.stack[-1][0] == self.stack[-2][0]:
            _, right = self.stack.pop()
            below, left = self.stack.pop()
            self.stack.append((below + 1, node_hash(left, right)))

    def root(self):
        if not self.stack:
            return sha256()
        root = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            root = node_hash(left, root)
        return root
