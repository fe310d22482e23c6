"""`make contracts`: writes the documents and the kept schemas anew, as far as nothing changed incompatibly."""

import sys

from tests.golden.documents import ROOT, write
from tests.golden.kept import Incompatible, everything, keep


def main() -> int:
    try:
        changed = keep(everything())
    except Incompatible as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for path in [*changed, *write()]:
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
