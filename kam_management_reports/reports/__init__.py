from . import kam_workbook
from . import kam_ageing_xlsx
from . import kam_analysis_xlsx
from . import kam_history_xlsx
from . import kam_target_xlsx
