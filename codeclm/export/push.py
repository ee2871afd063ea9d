"""A dataset folder on to the Hugging Face Hub. Alone in export it needs huggingface_hub, and a network.

The token comes from $HF_TOKEN and nowhere else; it is never kept, shown or part of an error. A Hub of
one's own is named by $HF_ENDPOINT.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from codeclm.errors import CodecError, UsageError
from codeclm.export.files import MARK

TOKEN = "HF_TOKEN"  # noqa: S105 - the name of a variable


def push(folder: Path, repository: str, private: bool = True) -> str:
    """Upload the folder as the dataset `repository` (owner/name), made at need: its address.

    UsageError: no token; CodecError: no network, or the Hub refuses.
    """
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise UsageError(f"push: set ${TOKEN} to a token with write access; the folder is written")
    api = _hub(token)
    try:
        api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        api.upload_folder(
            repo_id=repository,
            repo_type="dataset",
            folder_path=str(folder),
            ignore_patterns=[MARK],
            commit_message="Export from CodecLM Studio",
        )
    except Exception as error:  # which HTTP client it uses, and so what that raises, differs by version
        said = (str(error).strip().splitlines() or [type(error).__name__])[0].replace(token, "…")
        raise CodecError(f"push to {repository}: {said[:200]}; the folder is written") from None
    return f"{api.endpoint}/datasets/{repository}"


def _hub(token: str) -> Any:
    """The Hub's client."""
    try:
        from huggingface_hub import HfApi
    except ImportError:
        raise CodecError("push: the package huggingface_hub is needed; the folder is written") from None
    return HfApi(token=token)
