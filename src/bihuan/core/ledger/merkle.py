"""Merkle trees as RFC 6962, section 2.1, draws them, over SHA-256: leaves 0x00, inner nodes 0x01."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

SIZE = 32
LEAF, NODE = b"\x00", b"\x01"


def leaf(data: bytes) -> bytes:
    """Return the hash of a leaf's data."""
    return sha256(LEAF + data).digest()


def levels(leaves: bytes) -> list[bytes]:
    """Return the tree's levels from the leaves (hashes end to end) to the root. Raises ValueError if empty.

    A node without a sibling moves up as it is, which is RFC 6962's tree: its left half is always a full one.
    """
    if not leaves or len(leaves) % SIZE:
        raise ValueError("a tree needs whole leaves, at least one")
    tree = [leaves]
    while len(tree[-1]) > SIZE:
        below = tree[-1]
        pairs = len(below) - len(below) % (2 * SIZE)
        above = [sha256(NODE + below[at : at + 64]).digest() for at in range(0, pairs, 64)]
        tree.append(b"".join(above) + below[pairs:])
    return tree


def root(leaves: bytes) -> bytes:
    """Return the root over leaf hashes laid end to end."""
    return levels(leaves)[-1]


def path(tree: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree that `levels` returned, from the leaf upwards."""
    if not 0 <= index < len(tree[0]) // SIZE:
        raise IndexError(index)
    found = []
    for level in tree[:-1]:
        sibling = (index ^ 1) * SIZE
        if sibling < len(level):
            found.append(level[sibling : sibling + SIZE])
        index //= 2
    return found


def climb(leaf_hash: bytes, index: int, count: int, steps: Sequence[bytes]) -> bytes | None:
    """Return the root that an audit path leads to (RFC 6962, section 2.1.1), None where it does not fit."""
    if not 0 <= index < count:
        return None
    node, last, remaining = leaf_hash, count - 1, list(steps)
    while last:
        if index % 2 or index < last:
            if not remaining:
                return None
            sibling = remaining.pop(0)
            node = sha256(NODE + (sibling + node if index % 2 else node + sibling)).digest()
        index, last = index // 2, last // 2
    return None if remaining else node
