from . import kam_dispute_file
