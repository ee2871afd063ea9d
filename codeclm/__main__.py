"""`python -m codeclm`."""

import sys

from codeclm.cli import main

if __name__ == "__main__":
    sys.exit(main())
