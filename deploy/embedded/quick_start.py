"""Java's ahead-of-time cache for the broker: recorded once per machine, it halves the time and work of a start.

A cache belongs to one Java and one class path; Java ignores one that does not fit or is damaged, and starts as ever.
"""

import hashlib
from pathlib import Path

from deploy.embedded.jars import kafka_folder
from deploy.embedded.java import java_major

_OLDEST = 25
_QUIET = ("-Xlog:disable", "-Xlog:all=error:stderr")


def cache_file(java: Path, jars: list[Path]) -> Path | None:
    """Where the cache for this Java and class path is kept; None for a Java that has no such cache."""
    if not jars or (java_major(java) or 0) < _OLDEST:
        return None
    release = java.resolve().parent.parent / "release"
    identity = [str(java.resolve()), release.read_text(encoding="utf-8") if release.is_file() else "", *map(str, jars)]
    name = hashlib.sha256("\n".join(identity).encode()).hexdigest()[:16]
    return kafka_folder() / f"start-{name}.aot"


def flags(java: Path, jars: list[Path], record: Path | None) -> tuple[str, ...]:
    """What the broker's Java is told: to record into `record`, to use the cache that is there, or nothing."""
    if record is not None:
        return (f"-XX:AOTCacheOutput={record}", *_QUIET)
    kept = cache_file(java, jars)
    return (f"-XX:AOTCache={kept}", *_QUIET) if kept is not None and kept.is_file() else ()
