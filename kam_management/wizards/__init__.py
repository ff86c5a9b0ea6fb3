from . import kam_account_designate
from . import kam_analysis_wizard
