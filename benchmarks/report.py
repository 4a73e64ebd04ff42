"""The text of ``RESULTS.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.corpora import Corpus
from benchmarks.measure import Cost


@dataclass(slots=True)
class Row:
    """What the runs of one peer on one corpus gave."""

    name: str
    of_part: bool = False
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    memory: int | None = None
    findings: int = 0
    died: bool = False
    codes: set[int] = field(default_factory=set)

    def note(self, cost: Cost, *, counted: bool) -> None:
        """Take in one run; its time only if ``counted``."""
        self.codes.add(cost.returncode)
        if cost.memory is not None:
            self.memory = max(cost.memory, self.memory or 0)
        if counted:
            self.walls.append(cost.wall)
            self.cpus.append(cost.cpu)


@dataclass(frozen=True, slots=True)
class Inside:
    """Processor seconds in one flake8 process: in our plugin, in tidy-imports, in everything else.

    ``again`` is for our plugin when it finds the survey that the run before has kept.
    """

    ours: float
    again: float
    tidy: float
    bare: float


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """All that was measured on one corpus."""

    corpus: Corpus
    files: int
    size: int
    part_files: int
    part_share: float
    rows: list[Row]
    inside: Inside | None


TOOLS: tuple[str, ...] = (
    "flake8-ssot-ids",
    "ruff",
    "flake8",
    "pyflakes",
    "pycodestyle",
    "flake8-tidy-imports",
)
TOOLS += ("ast-grep-cli", "semgrep")


def document(
    results: Sequence[CorpusResult],
    machine: str,
    versions: Mapping[str, str],
    median: Callable[[Sequence[float]], float],
) -> str:
    """The whole report in Markdown."""
    shown = ", ".join(f"{name} {versions[name]}" for name in TOOLS if name in versions)
    parts = [
        "# Benchmark results\n\n"
        "Made by `python -m benchmarks`; see `benchmarks/__main__.py` for what is run and how. Absolute\n"
        "times are the machine's; the ratios are the message.\n\n"
        f"- Machine: {machine}\n- Versions: {shown}\n"
        "- Time is that of the whole process, start-up included. Tools run in turn in each round.\n"
        "- Memory is the highest sum over all processes of a tool (proportional set size, sampled every\n"
        "  10 ms in a run of its own).\n"
        "- *cold*: without a cache of results; the files themselves are in the system's page cache for all.\n"
        "- Findings are places. ruff and tidy-imports report an import where the others report each use, so\n"
        "  these figures need not agree; `benchmarks/independent.py` compares finding by finding.\n"
    ]
    parts += [_ratios(results, median)] if results else []
    parts += [_corpus(result, median) for result in results]
    return "\n".join(parts)


def _ratios(results: Sequence[CorpusResult], median: Callable[[Sequence[float]], float]) -> str:
    lines = [
        "## Against the goals\n",
        "| corpus | cold ÷ ruff cold (goal ≤ 4, aim 2) | warm ÷ ruff warm (≤ 0.5) | peak memory (≤ 300 MB) "
        "| inside flake8: first run, share of bare (≤ 2 %) | next runs | ÷ tidy-imports (≤ 0.5) | next |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for result in results:
        walls = {row.name: median(row.walls) for row in result.rows if row.walls}

        def ratio(a: str, b: str, walls: Mapping[str, float] = walls) -> str:
            return f"{walls[a] / walls[b]:.2f}" if a in walls and b in walls else "-"

        memory = [row.memory for row in result.rows if row.name.startswith("ssot-ids") and row.memory]
        inside = result.inside
        lines.append(
            f"| {result.corpus.name} | {ratio('ssot-ids cold', 'ruff TID251 cold')} "
            f"| {ratio('ssot-ids warm', 'ruff TID251 warm')} "
            f"| {f'{max(memory) / 1e6:.0f} MB' if memory else '-'} "
            f"| {f'{inside.ours / inside.bare:.2%}' if inside else '-'} "
            f"| {f'{inside.again / inside.bare:.2%}' if inside else '-'} "
            f"| {f'{inside.ours / inside.tidy:.2f}' if inside else '-'} "
            f"| {f'{inside.again / inside.tidy:.2f}' if inside else '-'} |"
        )
    return "\n".join(lines) + "\n"


def _seconds(value: float) -> str:
    """Three digits of a short time, two decimals of a long one."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def _corpus(result: CorpusResult, median: Callable[[Sequence[float]], float]) -> str:
    corpus = result.corpus
    lines = [
        f"## {corpus.name} {corpus.version}\n",
        f"{result.files:,} files, {result.size / 1e6:.0f} MB of Python. {corpus.about}.",
    ]
    if result.part_share < 1 and any(row.of_part for row in result.rows):
        lines.append(
            f"flake8 ran on every n-th file only: {result.part_files:,} files, "
            f"{result.part_share:.0%} of the bytes."
        )
    lines += [
        "",
        "| tool | median s | min | max | runs | processor s | peak MB | findings |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in result.rows:
        walls = row.walls
        time = " | ".join(map(_seconds, (median(walls), min(walls), max(walls)))) if walls else "- | - | -"
        cpu = _seconds(median(row.cpus)) if row.cpus else "-"
        memory = f"{row.memory / 1e6:.0f}" if row.memory else "-"
        found = "died of an internal error" if row.died else f"{row.findings:,}"
        lines.append(f"| {row.name} | {time} | {len(row.walls)} | {cpu} | {memory} | {found} |")
    if result.inside:
        one = result.inside
        lines += [
            "",
            f"Inside one flake8 process, in processor seconds: ssot-ids {one.ours:.3f}, in the next runs "
            f"{one.again:.3f}, tidy-imports {one.tidy:.3f}, all else {one.bare:.2f}.",
        ]
    return "\n".join(lines) + "\n"
