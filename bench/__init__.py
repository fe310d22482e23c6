"""Benchmarks: the runtime beside plain tools and a peer, in ratios taken within one run."""
