"""``python -m flake8_ssot_ids.compliance.inside QUESTION ANSWER IMPORTED``: probe a target for one contract.

The question and the answer are files of JSON. The answer has the facts against each check of the contract,
as ``(where, message)``; under the empty name stand those that speak against all of them. The file IMPORTED is
made as soon as the generator is imported.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator

from flake8_ssot_ids.compliance.inside import auth, contexts, cost, ids, isolation, runs, typed, websockets
from flake8_ssot_ids.compliance.inside.target import Fact, Probed, TargetProblem

#: By contract and check: what gives the facts against it.
PROBES: dict[str, dict[str, Callable[[Probed], Iterator[Fact]]]] = {
    "C02": {"model rows": auth.model_rows},
    "C03": {"factory": contexts.factory, "two users": contexts.two_users},
    "C04": {"typed checks": websockets.checks},
    "C05": {"threads and runs": runs.threads_and_runs},
    "C06": {"round trip": ids.round_trip},
    "C07": {"runs and threads": runs.leads_back},
    "C08": {"matrix of typed ids": typed.matrix},
    "C09": {"two users": isolation.two_users, "processes": isolation.processes},
    "C11": {"routes": websockets.routes},
    "C12": {"cost": cost.cost},
}
#: Contracts that are asked about so much that some facts tell the story.
_TOLD_SHORT = {"C05": 12, "C06": 12, "C07": 12}


def main(question: str, answer: str, imported: str) -> None:
    """Answer the question, whatever the target does."""
    with open(question, encoding="utf-8") as stream:
        asked = json.load(stream)
    facts: dict[str, list[Fact]]
    process = os.getpid()
    try:
        sys.path[:0] = asked["src"]
        target = Probed(asked)
        with open(imported, "w", encoding="utf-8"):
            pass
        contract = asked["contract"]
        most = _TOLD_SHORT.get(contract)
        facts = {name: [*probe(target)][:most] for name, probe in PROBES[contract].items()}
    except TargetProblem as problem:
        facts = {"": [("", str(problem))]}
    except BaseException:
        # SystemExit, KeyboardInterrupt: the target may raise what it likes.
        facts = {"": [("", "the target raised where it must not: " + _last_lines(traceback.format_exc()))]}
    if os.getpid() != process:
        os._exit(0)  # the target has forked, and this is the child: only one may answer
    with open(f"{answer}.part", "w", encoding="utf-8") as stream:
        json.dump(facts, stream)
    os.replace(f"{answer}.part", answer)
    # Threads and exit handlers of the target must not hold the suite up.
    os._exit(0)


def _last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-3:])


if __name__ == "__main__":
    main(*sys.argv[1:])
