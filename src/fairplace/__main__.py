"""`python -m fairplace`."""

import sys

from fairplace.cli import main

sys.exit(main())
