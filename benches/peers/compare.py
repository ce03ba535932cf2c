"""Measures dnarch and its peers side by side and prints a Markdown table.

Every measurement is a process of its own; programs take turns, round after
round, so that a drift of the machine meets all of them alike. A program's
figure is the median over all its step times.

    .venv/bin/python compare.py --cases a,b,c --masks full,half --rounds 5 --output peers.json
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = sys.executable
# One JSON line on standard output, with the fields of `cases.report`.
COMMANDS = {
    "ours": "cargo bench --bench step -- --case {case} --steps {steps} --masks {masks} --json",
    "torch": f"{PYTHON} {HERE}/torch_peer.py --case {{case}} --threads {{threads}} --steps {{steps}} --warmup {{warmup}} --masks {{masks}}",
    "jax": f"{PYTHON} {HERE}/jax_peer.py --case {{case}} --threads {{threads}} --steps {{steps}} --warmup {{warmup}} --masks {{masks}}",
}
SAME = ("depth", "width", "resolution", "taps")


def measure(program, **options):
    """Runs one program once and returns its JSON line."""
    command = COMMANDS[program].format(**options)
    threads = str(options["threads"])
    environment = os.environ | {"RAYON_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    done = subprocess.run(command.split(), cwd=HERE.parents[1], env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) != 1:
        sys.exit(f"{command}\nexit status {done.returncode}, {len(lines)} JSON lines\n{done.stderr[-2000:]}")
    return json.loads(lines[0])


def summary(runs):
    times = [t for run in runs for t in run["times_ms"]]
    return {
        "median_ms": statistics.median(times),
        "min_ms": min(times),
        "round_medians_ms": [statistics.median(run["times_ms"]) for run in runs],
        "peak_rss_mib": max(run["peak_rss_mib"] for run in runs),
        "complexity_ratio": runs[0]["complexity_ratio"],
    }


def differences(runs):
    """Why two programs' figures would not be of the same network, if so."""
    for (name, one), (other_name, other) in itertools.combinations(runs.items(), 2):
        for field in SAME:
            if field in one[0] and field in other[0] and one[0][field] != other[0][field]:
                yield f"{field}: {name} {one[0][field]}, {other_name} {other[0][field]}"
        if abs(one[0]["complexity_ratio"] - other[0]["complexity_ratio"]) > 1e-3:
            yield f"complexity: {name} {one[0]['complexity_ratio']}, {other_name} {other[0]['complexity_ratio']}"


def ratio(results, field, peer):
    if "ours" not in results or peer not in results:
        return "–"
    return f"{results['ours'][field] / results[peer][field]:.2f}"


def table(rows, programs):
    head = ["case", "masks", "complexity", *(f"{p} ms" for p in programs)]
    head += ["ours/torch", "ours/jax", *(f"{p} MiB" for p in programs), "memory ours/torch", "memory ours/jax"]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for case, masks, results in rows:
        line = [case, masks, f"{next(iter(results.values()))['complexity_ratio']:.3f}"]
        line += [f"{results[p]['median_ms']:.1f}" for p in programs]
        line += [ratio(results, "median_ms", peer) for peer in ("torch", "jax")]
        line += [f"{results[p]['peak_rss_mib']:.0f}" for p in programs]
        line += [ratio(results, "peak_rss_mib", peer) for peer in ("torch", "jax")]
        yield "| " + " | ".join(line) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default="a,b,c")
    parser.add_argument("--masks", default="full,half")
    parser.add_argument("--only", default="ours,torch,jax", help="programs to measure, by comma")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10, help="timed steps in each process")
    parser.add_argument("--warmup", type=int, default=3, help="untimed steps in each peer's process")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("peers.json"))
    options = parser.parse_args()
    programs = options.only.split(",")
    unknown = [p for p in programs if p not in COMMANDS]
    if unknown:
        parser.error(f"--only: {unknown[0]} is none of {', '.join(COMMANDS)}")

    rows, everything = [], []
    for case, masks in itertools.product(options.cases.split(","), options.masks.split(",")):
        runs = {p: [] for p in programs}
        for turn in range(options.rounds):
            for program in programs:
                run = measure(program, case=case, masks=masks, threads=options.threads,
                              steps=options.steps, warmup=options.warmup)
                runs[program].append(run)
                print(f"{case} {masks} round {turn + 1} {program}: {run['median_ms']:.1f} ms", file=sys.stderr)
        for line in differences(runs):
            print(f"warning, case {case} {masks}: {line}", file=sys.stderr)
        results = {p: summary(r) for p, r in runs.items()}
        rows.append((case, masks, results))
        everything.append({"case": case, "masks": masks, "summary": results, "runs": runs})

    temporary = options.output.with_suffix(".part")
    settings = {k: str(v) if isinstance(v, pathlib.Path) else v for k, v in vars(options).items()}
    temporary.write_text(json.dumps({"options": settings, "cases": everything}, indent=1))
    temporary.replace(options.output)
    print("\n".join(table(rows, programs)))


if __name__ == "__main__":
    main()
