"""The decisions on the uses of one file, and what they may rely on there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from flake8_ssot_ids.ids.decision import Decision, decide
from flake8_ssot_ids.ids.migration import is_migration
from flake8_ssot_ids.ids.offer import Offer
from flake8_ssot_ids.ids.remedies import DEFAULT_GENERATOR, Context, contexts, is_context_id, operation_of
from flake8_ssot_ids.ids.uses import Use
from flake8_ssot_ids.policy.policy import Policy
from flake8_ssot_ids.semantics.states.bound import Memory


class Deciding:
    """Decides on the uses of one file.

    Args:
        uses: all of them.
        path: the file.
        text: its source.
        policy: what counts where.
        offer: what the generator offers to it.
        parents: the parents of its nodes.
    """

    def __init__(
        self,
        uses: Iterable[Use],
        path: str,
        text: str,
        policy: Policy,
        offer: Offer,
        parents: Mapping[ast.AST, ast.AST],
    ) -> None:
        zone = policy.zone_of(path)
        self._zone = (zone.service or zone.name) if zone is not None else "app"
        self._policy = policy
        self._offer = offer
        self._parents = parents
        self._memory = Memory(text)
        self._migration = is_migration(policy.relative(path), text)
        self._together = contexts((use.scope, use.role) for use in uses if is_context_id(use.shape, use.role))

    def of(self, use: Use) -> Decision:
        """What becomes of a use, where the generator has its own name."""
        operation = operation_of(use.symbol) if use.scope in self._together else ""
        if operation and not is_context_id(use.shape, use.role):
            operation = ""
        return decide(use, self.context(use, self._offer.name or DEFAULT_GENERATOR, operation), self._offer)

    def context(self, use: Use, local: str, operation: str = "", inner_quote: str = "") -> Context:
        """What may be relied on at the place of a use.

        Args:
            use: the use.
            local: what the generator is called there.
            operation: the function, where it makes all three ids of a context.
            inner_quote: the quote for texts inside of the text around the place.
        """
        return Context(
            local,
            self._zone,
            self._policy.roles,
            use.scope,
            use.statement,
            self._parents,
            operation,
            self._policy.api,
            inner_quote=inner_quote,
            place=use.reference,
            migration=self._migration,
            memory=self._memory,
        )

    def forget(self) -> None:
        """Let go of what is remembered of the tree."""
        self._memory.forget()
