from . import kam_bench_account
from . import kam_bench_account_owner
from . import kam_bench_event
