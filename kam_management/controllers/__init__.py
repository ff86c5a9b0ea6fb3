from . import kam_dispute_file
from . import portal
from . import portal_statement
