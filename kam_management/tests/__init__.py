from . import test_kam_document_links
from . import test_kam_cost_access
from . import test_kam_event
from . import test_kam_log_check
from . import test_cli_kam
from . import test_kam_facts
from . import test_kam_history_button
from . import test_js
