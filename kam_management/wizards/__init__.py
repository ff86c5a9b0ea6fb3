from . import base_partner_merge_automatic_wizard
from . import kam_analysis_wizard
from . import kam_account_decide
from . import kam_person_erase
from . import kam_user_handover
from . import kam_ageing_wizard
from . import kam_collection_decide
from . import kam_approval_decide
