"""Flips single bytes of releases, and says which of them verifying did not find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from credit_graph.errors import InputError
from credit_graph.lists.editions.verify import verify_files


def missed(folders: Sequence[Mapping[str, bytes]], count: int) -> list[tuple[str, int]]:
    """File and place of each of ``count`` flips that was not found, or was blamed on another file.

    Every file is as likely as every other, so that small ones are tried too. A signature that does not hold is blamed
    on what it is of.
    """
    random, found = Random(8), []
    for _ in range(count):
        files = random.choice(folders)
        name = random.choice([name for name, data in sorted(files.items()) if data])
        data = bytearray(files[name])
        at = random.randrange(len(data))
        data[at] ^= random.randrange(1, 256)
        try:
            verify_files({**files, name: bytes(data)})
        except InputError as error:
            if error.fields["path"] in (name, name.replace(".sig", ".json")):
                continue
        found.append((name, at))
    return found
