"""Damage to the bytes of a file: cut, flipped, overwritten, moved, and sealed anew by a forger."""

import hashlib
import re
from collections.abc import Callable
from random import Random

Damage = Callable[[bytes, Random], bytes]

#: What stands behind the last byte of solution.h5.
_SEAL = re.compile(rb"\npinn_metakan sha256 [0-9a-f]{64}\n\Z")


def _place(content: bytes, random: Random, most: int) -> tuple[int, int]:
    """Beginning and end of a part of it: near its beginning, near its end, or anywhere."""
    size = random.choice([1, 8, 64, most])
    region = random.choice([200, 2000, len(content), len(content)])
    begin = random.randrange(max(1, min(region, len(content))))
    begin = begin if random.randrange(4) else max(0, len(content) - 1 - begin)
    return begin, min(len(content), begin + size)


def _over(content: bytes, random: Random, make: Callable[[int], bytes]) -> bytes:
    begin, end = _place(content, random, 4096)
    return content[:begin] + make(end - begin) + content[end:]


def truncated(content: bytes, random: Random) -> bytes:
    """Cut anywhere, or a few bytes before the end."""
    return content[: random.choice([random.randrange(len(content) + 1), -random.randrange(1, 99)])]


def flipped(content: bytes, random: Random) -> bytes:
    """One to eight bits flipped."""
    found = bytearray(content)
    for _ in range(random.choice([1, 1, 1, 8])):
        found[_place(content, random, 1)[0] % len(found)] ^= 1 << random.randrange(8)
    return bytes(found)


def zeroed(content: bytes, random: Random) -> bytes:
    """A block of zeros."""
    return _over(content, random, bytes)


def filled(content: bytes, random: Random) -> bytes:
    """A block of ones: lengths and addresses that are as large as they can be."""
    return _over(content, random, lambda size: b"\xff" * size)


def scrambled(content: bytes, random: Random) -> bytes:
    """A block of anything."""
    return _over(content, random, random.randbytes)


def repeated(content: bytes, random: Random) -> bytes:
    """A block in the place of another one."""
    begin, end = _place(content, random, 512)
    return _over(content, random, lambda size: content[begin:end].ljust(size, b"\0")[:size])


def shifted(content: bytes, random: Random) -> bytes:
    """Some bytes more, or some less, in between."""
    begin, end = _place(content, random, 64)
    more = random.randbytes(end - begin) if random.randrange(2) else b""
    return content[:begin] + more + content[end if not more else begin :]


def emptied(content: bytes, random: Random) -> bytes:
    """Nothing, or something else altogether."""
    return random.choice([b"", b"\0" * len(content), b"not a file of this kind\n", b"{}"])


def appended(content: bytes, random: Random) -> bytes:
    """Something behind its end."""
    return content + random.choice([b"\0" * 512, b"\n", random.randbytes(100), content])


DAMAGES: tuple[Damage, ...] = (
    *(truncated, flipped, flipped, zeroed, filled, scrambled, repeated, shifted),
    *(emptied, appended),
)


def sealed_anew(content: bytes) -> bytes:
    """A file with a seal that is right, as a forger writes it."""
    content = _SEAL.sub(b"", content)
    return content + f"\npinn_metakan sha256 {hashlib.sha256(content).hexdigest()}\n".encode()
