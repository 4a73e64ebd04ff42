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

from flake8_ssot_ids.compliance.inside import auth, contexts, cost, ids, isolation, runs, typed, websockets
from flake8_ssot_ids.compliance.inside.target import Facts, Probed, TargetProblem

PROBES = {
    "C02": auth.probe,
    "C03": contexts.probe,
    "C04": websockets.checks,
    "C05": runs.threads_and_runs,
    "C06": ids.probe,
    "C07": runs.leads_back,
    "C08": typed.probe,
    "C09": isolation.probe,
    "C11": websockets.routes,
    "C12": cost.probe,
}


def main(question: str, answer: str, imported: str) -> None:
    """Answer the question, whatever the target does."""
    with open(question, encoding="utf-8") as stream:
        asked = json.load(stream)
    facts: Facts
    process = os.getpid()
    try:
        sys.path[:0] = asked["src"]
        target = Probed(asked)
        with open(imported, "w", encoding="utf-8"):
            pass
        facts = PROBES[asked["contract"]](target)
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
