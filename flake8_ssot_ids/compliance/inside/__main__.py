"""``python -m flake8_ssot_ids.compliance.inside QUESTION ANSWER``: probe a target for one contract.

The question and the answer are files of JSON. The answer has the facts against each check of the contract, as
``(where, message)``; under the empty name stand those that speak against all of them.
"""

from __future__ import annotations

import json
import os
import sys
import traceback

from flake8_ssot_ids.compliance.inside import auth, contexts, cost, ids, isolation, runs, typed, websockets
from flake8_ssot_ids.compliance.inside.target import Facts, Target, TargetProblem

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


def main(question: str, answer: str) -> None:
    """Answer the question, whatever the target does."""
    with open(question, encoding="utf-8") as stream:
        asked = json.load(stream)
    facts: Facts
    try:
        sys.path[:0] = asked["src"]
        facts = PROBES[asked["contract"]](Target(asked))
    except TargetProblem as problem:
        facts = {"": [("", str(problem))]}
    except (Exception, SystemExit):
        facts = {"": [("", "the target raised where it must not: " + _last_lines(traceback.format_exc()))]}
    with open(answer, "w", encoding="utf-8") as stream:
        json.dump(facts, stream)
    # Threads and exit handlers of the target must not hold the suite up.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _last_lines(text: str) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-3:])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
