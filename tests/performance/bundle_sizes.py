"""How large each bundle is that is shipped to Lambda, and whether all of it is compiled."""

from dataclasses import dataclass

from infra.bundles import LAMBDA, Bundler, zipped_size
from infra.functions import NAMES

LARGEST_API_MB = 10
LARGEST_MB = {"worker": 20, "face_analysis": 70}


@dataclass(frozen=True, slots=True)
class BundleSize:
    """`compiled` is the share of modules that have bytecode beside them."""

    name: str
    megabytes: float
    compiled: float

    @property
    def goal(self) -> int:
        return LARGEST_MB.get(self.name, LARGEST_API_MB)


def bundle_sizes() -> list[BundleSize]:
    """Of all functions, for AWS's processors."""
    built = Bundler(target=LAMBDA).build_all(NAMES)
    sizes = []
    for name, bundle in built.items():
        sources = len(list(bundle.path.rglob("*.py")))
        compiled = len(list(bundle.path.rglob("__pycache__/*.cpython-313.pyc")))
        megabytes = zipped_size(bundle.path) / 1_000_000
        sizes.append(BundleSize(name, megabytes, compiled / sources))
    return sizes
