"""The stages of the loop: each a pure `messages(...)` and a pure `parse(...)`, and the shape of its reply."""
