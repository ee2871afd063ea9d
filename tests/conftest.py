"""What holds for every test."""

from hypothesis import settings

# A busy machine is no failure, so no example has a deadline; and the same code has the same verdict
# everywhere. `pytest --hypothesis-profile=search` draws other examples each time.
settings.register_profile("codeclm", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("codeclm")
