"""A run that notes what goes out and what comes back: python noted_run.py NOTES ARGUMENTS-OF-CODECLM…"""

import sys
from pathlib import Path

from codeclm.cli import main
from codeclm.llm.client import OpenAIModel
from codeclm.llm.model import Reply

notes = Path(sys.argv[1]).open("ab", buffering=0)  # noqa: SIM115 - until the process is killed
send = OpenAIModel._send


async def noted(model, client, request):
    notes.write(f"> {request.key}\n".encode())
    outcome = await send(model, client, request)
    if isinstance(outcome, Reply):
        notes.write(f"< {request.key}\n".encode())
    return outcome


OpenAIModel._send = noted
sys.exit(main(sys.argv[2:]))
