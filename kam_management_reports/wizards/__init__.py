from . import kam_target_import
