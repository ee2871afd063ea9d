"""What a figure shows of foreign names."""

from codeclm.charts.evaluate import recovered, yardstick
from codeclm.contrast import share

NAMES = ['<a href="https://evil.example">see</a>', "<b>bold</b>", "$x^2$"]


def test_no_name_is_a_tag_a_link_or_a_formula():
    found = [share(3, 4)] * len(NAMES)
    for figure in (recovered(NAMES, found), yardstick(NAMES, found, [("published", 70.0)])):
        shown = list(figure.data[0].y)
        assert len(shown) == len(NAMES)
        assert not any(sign in name for name in shown for sign in "<>$")
