"""What holds for every test."""

from hypothesis import settings

# A busy machine is no failure, so no example has a deadline.
settings.register_profile("codeclm", deadline=None)
settings.load_profile("codeclm")
