"""Pages come to by their address, and what stands on them."""

import json

from streamlit.testing.v1 import AppTest

from codeclm.ui.rooms import ROOT


def opened(page, project="mine", **parameters):
    """The page in this file of `pages`, without an error on it; `parameters` as the address has them."""
    test = visited(page, project, **parameters)
    assert not test.error, [each.value for each in test.error]
    return test


def visited(page, project="mine", **parameters):
    """The same where it may have something wrong to tell."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"project": project, **parameters}.items():
        test.query_params[name] = value
    test.switch_page(f"pages/{page}.py").run()
    assert not test.exception, [each.value for each in test.exception]
    return test


def texts(test):
    """All that is said, small or large."""
    return " ".join(str(each.value) for each in (*test.caption, *test.markdown))


def pressable(test, label):
    """The button with this label."""
    return next(each for each in test.button if each.label == label)


def sent(test, name):
    """What the component of this name was given."""
    (found,) = (node.proto for node in test.get("bidi_component") if node.proto.component_name == name)
    return json.loads(found.json or found.mixed.json)


def desk(test):
    """What the desk of Review was given."""
    return sent(test, "codeclm_review_desk")
