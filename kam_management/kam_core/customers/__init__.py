"""What customers are worth and how they buy: the figures of the analysis.

Sales figures are without tax and in company currency, for a period [from, to] in the
company's time zone. A ratio that has nothing to divide by is None, never 0.
"""

from .analysis import Analysis, Facts, Line, Parameters, analyse
from .candidates import (
    CandidatePolicy,
    Candidate,
    Profile,
    Reason,
    candidates,
)
from .health import HEALTH_WEIGHTS, health
from .rfm import Rfm, quintiles, rfm
from .shares import (
    Standing,
    abc_class,
    herfindahl,
    key_customers,
    smallest_set,
    standings,
)
from .stability import variation, xyz_class
from .value import endless_value, growth, margin_ratio, net_present_value
