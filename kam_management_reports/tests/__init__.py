from . import test_kam_reports
