"""What the twelve contracts are: data for the suite, the command and the docs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.policy.settings import Zone


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract.

    ``title`` says what holds when it passes, ``about`` how that is judged; ``why`` what happens to users when
    it does not; ``remedy`` what to do then. ``runs_target`` tells whether a part of it imports the target.
    """

    id: str
    title: str
    about: str
    why: str
    remedy: str
    runs_target: bool = False


CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "C01",
        "Every id comes from the approved generator",
        "Every raw id is gone or covered by a dated exemption with a reason, in every file of the "
        "project. Production and test code are counted apart. Each critical zone names at "
        "least one file.",
        "Every raw id is one that no format check recognises and no clean-up finds.",
        "Let `ssot-ids fix --unsafe-fixes` write the generator's call, or exempt the place with a reason and "
        "a date.",
    ),
    Contract(
        "C02",
        "Auth models, session manager, jwt handler and auth service are free of raw ids",
        "Each module of the zone is free of raw ids and of calls of functions that only return one. "
        "Secrets (state, nonce, reset token) come from `secrets` and not from an id source. No "
        "generator of another service is imported. The ids of freshly made rows of its models "
        "parse.",
        "Sessions and tokens are told apart by these ids alone; one that collides is someone else's session.",
        "Make the ids with the generator and the secrets with `secrets`.",
        runs_target=True,
    ),
    Contract(
        "C03",
        "Execution contexts come from the approved factory, and those of two users never look alike",
        "Each module of the zone is free of raw ids, and no generated id is cut in it. The factory "
        "makes contexts of the user that it is asked for, each with ids of its own. What production "
        "code cuts out of a context's ids, by a slice or a split, still differs for two users.",
        "If two users' contexts can be confused, one user sees the other's data.",
        "Make contexts with the approved factory, and compare whole ids, never parts of them.",
        runs_target=True,
    ),
    Contract(
        "C04",
        "Websocket ids come from the generator and pass the target's own checks",
        "Each module of the zone is free of raw ids. The project's own check of websocket ids takes "
        "what the generator makes.",
        "A connection whose id another part of the platform refuses is closed, or never cleaned up.",
        "Make connection and client ids with the generator; let the typed checks accept its ids.",
        runs_target=True,
    ),
    Contract(
        "C05",
        "Thread, run and request id of one context are made together and lead back to each other",
        "No function makes a thread, a run and a request id by separate calls. "
        "`extract_thread_id(generate_run_id(thread))` is the thread again for every thread id of "
        "the generator; what is no thread id is refused.",
        "A run that does not lead back to its thread is not found when the thread is cleaned up.",
        "Make the three by one call of `generate_user_context_ids`.",
        runs_target=True,
    ),
    Contract(
        "C06",
        "Every id of every method of the generator parses back to its parts, whatever goes in",
        "Every method that makes ids is called with usual, hostile, empty and missing arguments. "
        "Each id that comes out parses, is valid, and its parts make the same id again. What is no "
        "id is refused.",
        "An id that its own generator cannot read is lost to routing, validation and clean-up.",
        "Let the generator clean what it puts into a prefix, and refuse what it cannot make an id of.",
        runs_target=True,
    ),
    Contract(
        "C07",
        "A run id leads back to its own thread and to no other; a damaged one is refused",
        "The run id of a fresh context leads back to its thread, and is valid; shortened, "
        "lengthened and otherwise damaged ones are neither.",
        "Work is put on the wrong thread, or a forged run id opens one.",
        "Let the run id hold its thread id whole, and parse it strictly.",
        runs_target=True,
    ),
    Contract(
        "C08",
        "Each typed id accepts its own kind and refuses every other",
        "A matrix: the checks of user, thread, run, request, session and websocket ids are each "
        "offered the generator's ids of all kinds. (That the check of websocket ids takes its own "
        "kind is C04.)",
        "A user id that passes for a session id does so in production, too.",
        "Let the typed checks look at the kind that the id says, not at its length or at a UUID pattern.",
        runs_target=True,
    ),
    Contract(
        "C09",
        "Two users' ids never meet: not under threads, processes, fork, nor in the bridge",
        "Ids from threads, forked processes and fresh interpreters are all different. The bridge "
        "matches the ids of one context to each other and to none of another user, also where the "
        "users' ids begin alike. No two users share the prefix of a session id.",
        "One user's sockets are closed, or seen, by another.",
        "Compare owners as a whole, and start the counter at random in each process.",
        runs_target=True,
    ),
    Contract(
        "C10",
        "The number of raw ids can only fall, and every call of the generator can work",
        "No finding is outside of the baseline, no row of the baseline is stale, and none is there "
        'that the base branch has not (outside of git that is "not judged"). Every call of the '
        "generator exists and binds to its signature, which is read from its source.",
        "Without a ratchet as many raw ids are added as are removed; a call that cannot work fails in "
        "production.",
        "Fix the new finding instead of adding it to the baseline; remove rows that match nothing any more.",
    ),
    Contract(
        "C11",
        "The generator's websocket ids can be routed",
        "Connection and client ids have one fixed first word, parse, and sort in the order in which "
        "they are made; two users never share a route, which is all of the id before its time.",
        "A message goes to the wrong socket, or to none.",
        "Keep one prefix for connections, and keep user, time and counter in the id.",
        runs_target=True,
    ),
    Contract(
        "C12",
        "An id costs about what `str(uuid.uuid4())` costs",
        "The median cost is at most 1.25 times that of `str(uuid.uuid4())` in the same process, one "
        "id in a hundred takes less than 0.5 ms, and a million ids leave no memory behind.",
        "A slow generator is bypassed again.",
        "Do no I/O, no logging and no regular expression for each id.",
        runs_target=True,
    ),
)
BY_ID = {contract.id: contract for contract in CONTRACTS}

#: The zones that a contract looks at, by words in their names, where a zone does not say so itself.
_ZONE_WORDS = {
    "C02": ("auth",),
    "C03": ("context", "execution"),
    "C04": ("websocket", "websockets", "ws", "socket"),
}
#: What such a zone is called in a message.
ZONE_KINDS = {
    "C02": "auth models, session manager, jwt handler and auth service",
    "C03": "the execution context and its manager",
    "C04": "the websocket modules",
}


def zones_of(contract: str, policy: Policy) -> tuple[Zone, ...]:
    """The zones whose modules ``contract`` (C02, C03 or C04) looks at, in the order of the policy."""
    words = _ZONE_WORDS[contract]
    return tuple(
        zone
        for zone in policy.zones
        if contract in zone.contracts
        or (not zone.contracts and not set(re.split(r"[^a-z]+", zone.name.lower())).isdisjoint(words))
    )
