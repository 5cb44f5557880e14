"""Time to check a million credit codes (统一社会信用代码) as a column, against a loop over python-stdnum.

    python benchmarks/identifiers.py [--codes N]

Both are timed in the same run on the same codes; the loop checks only the last character, the column both checks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from stdnum.cn import uscc

from credit_graph.model.identifiers import ALPHABET, check_credit_codes, org_check_digit


def credit_codes(count: int) -> list[str]:
    """Different valid codes of one region."""
    codes = []
    for number in range(count):
        body = f"M{ALPHABET[number // 31**3 % 31]}{number:06d}"
        first17 = "91330206" + body + org_check_digit(body)
        codes.append(first17 + uscc.calc_check_digit(first17))
    return codes


def timed(act: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> None:
    """Print the times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--codes", type=int, default=1_000_000)
    count = parser.parse_args().codes
    codes = credit_codes(min(count, 1_000_000)) * (count // 1_000_000 or 1)
    column = timed(lambda: check_credit_codes(codes))
    sample = codes[: len(codes) // 20]
    loop = timed(lambda: [uscc.is_valid(code) for code in sample]) * len(codes) / len(sample)
    print(f"codes                {len(codes):>12,}")
    print(f"column, both checks  {column:>12.2f} s")
    print(f"stdnum loop          {loop:>12.2f} s (from one code in twenty)")
    print(f"ratio                {loop / column:>12.1f}")


if __name__ == "__main__":
    main()
