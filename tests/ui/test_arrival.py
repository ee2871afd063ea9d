"""What is bound to the address goes or stays when a page is come to: nothing is forgotten by accident."""

import ast
from pathlib import Path

from codeclm.ui.arrival import FIELDS, STAYS

ROOT = Path(__file__).parents[2]
FILES = [*(ROOT / "codeclm/ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
BINDING = {"choice", "pick", "parts", "pager"}
"""Helpers that bind the key which they are given as their first or second argument."""


def constants():
    found = {}
    for file in FILES:
        for node in ast.parse(file.read_text("utf-8")).body:
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]
                for name, value in pairs:
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                        found[file.name, name.id] = found["", name.id] = value.value
    return found


def keys(call, file, known):
    """The names under which a call binds; none where its caller names them."""
    bound = [each.value for each in call.keywords if each.arg == "key"]
    if isinstance(call.func, ast.Name) and call.func.id in BINDING:
        bound = call.args[:2]
    for each in bound:
        if isinstance(each, ast.Constant):
            yield each.value
        elif isinstance(each, ast.Name) and each.id.isupper():
            name = known.get((file.name, each.id)) or known.get(("", each.id))
            yield from [name] if name else []
        elif isinstance(each, ast.JoinedStr):
            tail = each.values[-1].value
            yield from (page + tail for page in ("review", "export"))


def bound():
    known, found = constants(), set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            binds = any(each.arg == "bind" or ast.unparse(each) == "**again" for each in node.keywords)
            if binds or (isinstance(node.func, ast.Name) and node.func.id in BINDING):
                found.update(keys(node, file, known))
    return {each for each in found if each.islower()}


def test_every_field_in_the_address_is_told_to_go_or_to_stay():
    assert not FIELDS & STAYS
    assert bound() == FIELDS | STAYS
