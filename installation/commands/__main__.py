"""`python -m installation.commands` is `visitant`."""

import sys

from installation.commands import main

sys.exit(main())
