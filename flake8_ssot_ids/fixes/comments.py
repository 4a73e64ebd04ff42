"""Whether a comment would be lost with an expression."""

from __future__ import annotations

import ast
import io
import tokenize

from flake8_ssot_ids.fixes.evidence.state import FileState


def has_comment(node: ast.expr | ast.stmt, state: FileState) -> bool:
    """Whether a comment stands in the text of an expression or a statement; looked for once."""
    if node.lineno == node.end_lineno:
        return False
    known = state.commented.get(node)
    if known is None:
        known = state.commented[node] = _has_comment(state.lines.segment(state.span(node)))
    return known


def _has_comment(text: str) -> bool:
    if "#" not in text:
        return False
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(f"({text}\n)").readline)]
    except (tokenize.TokenError, SyntaxError):
        return True
    return any(token.type == tokenize.COMMENT for token in tokens)
