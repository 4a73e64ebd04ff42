"""The answer for people: twelve lines, then the evidence, then what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flake8_ssot_ids.compliance.contracts import BY_ID
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.render.terminal import Palette

_SHOWN = 10
_WIDTH = len("not-applicable")

#: A contract as the report has it: id, title, outcome, evidence.
Judged = dict[str, Any]


def lines(contracts: list[Judged], policy: Policy, palette: Palette, seconds: float) -> Iterator[str]:
    """The table of the contracts, the evidence below, and the sum."""
    colours = {"failed": palette.red, "passed": palette.cyan}
    for contract in contracts:
        outcome = contract["outcome"]
        yield (
            f"{palette.bold}{contract['id']}{palette.reset}  {colours.get(outcome, '')}{outcome:<{_WIDTH}}"
            f"{palette.reset}  {contract['title']}{_count(contract)}"
        )
    for group in _alike([item for item in contracts if item["outcome"] == "failed"]):
        yield ""
        yield from _section(group, contracts, palette)
    unjudged = [item for item in contracts if item["outcome"] != "failed" and item["evidence"]]
    if unjudged:
        yield ""
        yield f"{palette.bold}Not judged{palette.reset}"
    for group in _alike(unjudged):
        for fact in group[0]["evidence"]:
            yield f"  {_names(group)}: {fact['message'].removeprefix('not judged: ')}"
    yield ""
    yield from _sum(contracts, policy, seconds)


def _count(contract: Judged) -> str:
    """How much speaks against a contract that has failed; production and tests apart."""
    if contract["outcome"] != "failed":
        return ""
    if not any(fact["where"] for fact in contract["evidence"]):
        return " (cannot be judged, see below)"
    scopes = Counter(fact["scope"] for fact in contract["evidence"])
    total = f"{sum(scopes.values())}"
    if scopes["test"]:
        total += f", {scopes['test']} of them in tests"
    return f" ({total})"


def _section(group: list[Judged], contracts: list[Judged], palette: Palette) -> Iterator[str]:
    """The evidence against some contracts that fail for the same reasons."""
    known = [BY_ID[contract["id"]] for contract in group]
    for contract in known:
        yield f"{palette.bold}{contract.id}{palette.reset} {contract.title}"
    evidence = group[0]["evidence"]
    judged = any(fact["where"] for fact in evidence)
    if judged:
        yield f"  Why it matters: {known[0].why}"
        yield f"  What to do: {known[0].remedy}"
    if group[0]["id"] == "C10":
        # Without a baseline every raw id is new; a second list of the same places tells nobody anything.
        listed = {_key(fact) for item in contracts if item["id"] == "C01" for fact in item["evidence"]}
        rest = [fact for fact in evidence if not fact["code"] or _key(fact) not in listed]
        if len(rest) < len(evidence):
            yield f"  {len(evidence) - len(rest)} of the raw ids above (C01) are not in the baseline"
        evidence = rest
    for fact in evidence[:_SHOWN]:
        code = f"{palette.red}{fact['code']}{palette.reset} " if fact["code"] else ""
        where = fact["where"] or ("" if len(group) > 1 else fact["check"])
        yield f"  {where}{': ' if where else ''}{code}{fact['message']}"
    if len(evidence) > _SHOWN:
        yield f"  … and {len(evidence) - _SHOWN} more (--json FILE has all)"


def _sum(contracts: list[Judged], policy: Policy, seconds: float) -> Iterator[str]:
    outcomes = Counter(contract["outcome"] for contract in contracts)
    failed, passed, other = (outcomes[name] for name in ("failed", "passed", "not-applicable"))
    aside = f", {other} not judged" if other else ""
    if failed:
        yield (
            f"{failed} of {len(contracts)} contracts are broken, {passed} {_hold(passed)}{aside} "
            f"({seconds:.1f}s)."
        )
    elif passed:
        yield f"{'All ' if not other else ''}{passed} contracts {_hold(passed)}{aside} ({seconds:.1f}s)."
    else:
        yield f"No contract was judged ({seconds:.1f}s)."
    if policy.origin is None:
        yield (
            "No [tool.ssot-ids] was found, so only raw ids were looked for (C01). The others need to "
            "know the generator and the critical modules: `ssot-ids init` proposes a table that names them."
        )


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"


def _alike(contracts: list[Judged]) -> list[list[Judged]]:
    """The contracts, those with the same messages together."""
    found: dict[tuple[Any, ...], list[Judged]] = {}
    for contract in contracts:
        found.setdefault(tuple(sorted({_key(fact) for fact in contract["evidence"]})), []).append(contract)
    return [*found.values()]


def _key(fact: dict[str, str]) -> tuple[str, str, str]:
    return fact["where"], fact["code"], fact["message"]


def _names(group: list[Judged]) -> str:
    return ", ".join(contract["id"] for contract in group)
