from . import kam_event_store
from . import kam_event_sourced
from . import kam_event_sourced_values
from . import kam_event_sourced_history
from . import kam_projector
from . import res_company
