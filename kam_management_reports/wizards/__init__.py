from . import kam_report_wizard
from . import kam_target_import
