"""Every error a user may read.

The text of each is one line that says what is wrong, where, and how to mend it. Nothing here knows
which room raises it, nor what a command or a page does with it.

    CodecError                  exit 1
    ├── UsageError              exit 2: a flag, a setting or a form field is wrong
    ├── InputError              an imported file cannot be read as what it claims to be
    ├── ProjectError            the project file: missing, foreign, newer, damaged, read-only, full
    │   ├── BusyError           another job holds the project
    │   └── GoneError           what it is about is not in the project
    ├── BudgetReached           exit 4: the money or the calls allowed are used up
    └── ModelError              an endpoint
        ├── EndpointError       the whole run must stop: key, model name, quota, nothing listening
        ├── TransportError      this request got no reply, after every retry
        └── ReplyError          a reply came and cannot be used; keeps the raw text
"""


class CodecError(Exception):
    """The root: its text may be shown to a user as it is."""

    exit_status = 1


class UsageError(CodecError):
    """A flag, a setting or a form field holds something that cannot be used."""

    exit_status = 2


class InputError(CodecError):
    """A fault of a whole file: not such a file, wrong encoding, no rows, no such column."""


class ProjectError(CodecError):
    """A project file that cannot be opened, read or written as asked."""


class BusyError(ProjectError):
    """Another job of the same kind holds the project."""


class GoneError(ProjectError):
    """What is to be changed is not in the project, so that trying again is of no use."""


class BudgetReached(CodecError):  # noqa: N818 - reaching a limit that was set is no fault
    """The budget in money or calls is used up; what is finished is kept."""

    exit_status = 4


class ModelError(CodecError):
    """Something is wrong with an endpoint or with what it replied."""


class EndpointError(ModelError):
    """No further request can succeed until a person mends a setting; the run stops."""


class _SaidError(ModelError):
    def __init__(self, reason: str, raw: str = "") -> None:
        super().__init__(reason)
        self.raw = raw


class TransportError(_SaidError):
    """One request got no reply after every retry. It never answers the request: a re-run asks again.

    `raw` is what came in a reply's place at last, an error or a page of a proxy, if anything did.
    """


class ReplyError(_SaidError):
    """A reply that cannot be used, after the bounded re-asks. `raw` is the last reply as it came."""
