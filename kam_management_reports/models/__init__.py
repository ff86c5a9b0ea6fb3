from . import kam_demo
from . import kam_report_question
from . import kam_report_run
from . import kam_report_schedule
from . import kam_export
