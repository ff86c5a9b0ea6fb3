import pytest

from kam_core import segments
from kam_core.record import Create, Created, Edit, Remove, Removed, Text, fold


def test_named_and_renamed():
    [created] = segments.decide(None, Create({"name": Text("Hotels")}))
    assert created == Created({"name": Text("Hotels"), "active": True})
    segment = segments.evolve(None, created)
    [renamed] = segments.decide(segment, Edit({"name": Text("Hotels and inns")}))
    assert renamed == segments.SegmentRenamed(Text("Hotels and inns"))
    [archived] = segments.decide(segment, Edit({"active": False}))
    after = fold(segments, (created, renamed, archived))
    assert after == segments.Segment(Text("Hotels and inns"), active=False)


@pytest.mark.parametrize("name", [None, Text(""), Text("  ")])
def test_a_segment_has_a_name(name):
    with pytest.raises(segments.NameMissing):
        segments.decide(None, Create({"name": name}))
    with pytest.raises(segments.NameMissing):
        segments.decide(segments.Segment(Text("Hotels")), Edit({"name": name}))


def test_deleted():
    assert segments.decide(segments.Segment(Text("Hotels")), Remove()) == (Removed(),)
