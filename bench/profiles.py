"""`profile`: where the time of our two processes goes, by a sampling profiler, under the load of `e2e`."""

from __future__ import annotations

from bench.pipeline import flow
from bench.results import Result
from bench.rounds import scaled
from bench.sampling import Profile
from bench.servers import both_servers

_SHOWN = 25


def run() -> Result:
    with both_servers() as servers:
        source, sink, _ = flow(servers, "ours", scaled(20_000), sampled=True)
    tables = {}
    for process, measured in (("source", source), ("sink", sink)):
        profile: Profile = measured["profile"]
        tables[f"{process}, by package (own time; busy {profile['busy']:.0%} of the time)"] = _by_package(profile)
        tables[f"{process}, in and below a function"] = _cumulative(profile)
    return Result("profile", {}, [], tables)


def _by_package(profile: Profile) -> list[list[str]]:
    packages: dict[str, int] = {}
    for function, samples in profile["own"].items():
        path = function.partition(":")[0]
        package = path if path.startswith(("shared/", "main/")) else path.partition("/")[0].removesuffix(".py")
        packages[package] = packages.get(package, 0) + samples
    ranked = sorted(packages.items(), key=lambda item: -item[1])[:_SHOWN]
    return [["package or module", "share"], *([name, f"{count / profile['samples']:.1%}"] for name, count in ranked)]


def _cumulative(profile: Profile) -> list[list[str]]:
    ranked = sorted(profile["cumulative"].items(), key=lambda item: -item[1])
    shown = [item for item in ranked if not item[0].startswith(("asyncio/", "runpy", "<frozen", "main/bench"))]
    rows = [
        [name, f"{count / profile['samples']:.1%}", f"{profile['own'].get(name, 0) / profile['samples']:.1%}"]
        for name, count in shown[:_SHOWN]
    ]
    return [["function", "in and below", "own"], *rows]
