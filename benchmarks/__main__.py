"""Run the benchmarks: ``python -m benchmarks [--only NAME …] [options of the module]``.

Every module of this package that has a ``main(arguments) -> int`` is one; figures are ratios taken
within one run, so that they mean the same on every machine.
"""

import argparse
import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """Modules that can be run, by name."""
    return sorted(
        module.name
        for module in pkgutil.iter_modules(benchmarks.__path__)
        if not module.name.startswith("_")
    )


def main(arguments: list[str]) -> int:
    """Run the chosen modules; 1 if one of them missed its goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=names(), metavar="NAME")
    chosen, rest = parser.parse_known_args(arguments)
    failed = False
    for name in chosen.only or names():
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "main"):
            print(f"== {name}", flush=True)
            failed |= bool(module.main(rest))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
