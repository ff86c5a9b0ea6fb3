from . import test_kam_ageing_xlsx
from . import test_kam_report_frame
from . import test_kam_reports
from . import test_kam_target_xlsx
from . import test_kam_sales_reports
from . import test_kam_returns_xlsx
from . import test_kam_week_xlsx
