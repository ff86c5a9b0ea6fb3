from . import test_kam_document_links
from . import test_kam_cost_access
