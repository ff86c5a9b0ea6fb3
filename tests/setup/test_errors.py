"""The output of a program that failed becomes one line with the mend."""

import pytest
from kamsetup.errors import explain


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("E: Failed to fetch  Could not resolve 'mirror'", "network"),
        ("Err:2 InRelease  Temporary failure resolving 'mirror'", "network"),
        ("Failed to establish a new connection: Temporary name resolution", "network"),
        ("npm error code EAI_AGAIN", "network"),
        ("E: Hash Sum mismatch", "arrived broken"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "arrived broken"),
        ("npm error code EINTEGRITY", "arrived broken"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "certificate"),
        ("E: Release file is expired (invalid since 17d 15h)", "clock"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
    ],
)
def test_known_trouble(output, problem):
    text = str(explain("fetching", f"before\n{output}\nafter", "the.log"))
    assert text.startswith("fetching failed: ")
    assert problem in text
    assert "the.log" in text
    assert "\n" not in text


def test_full_disk_wins_over_the_broken_file_it_causes():
    output = "unexpected end of file\nNo space left on device"
    assert "disk is full" in str(explain("unpacking", output, "the.log"))


def test_unknown_trouble_names_the_log():
    assert str(explain("unpacking", "?!", "the.log")) == (
        "unpacking failed. See the end of the.log, and run it again"
    )
