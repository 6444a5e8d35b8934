"""What one test hides is a word like another in the next."""

import pytest

from iac.redaction import keep_secret, redact


@pytest.mark.parametrize("_", ["once", "again"])
def test_a_word_that_a_test_keeps_secret_is_no_secret_before(_):
    assert redact("the harbour of the tests") == "the harbour of the tests"
    keep_secret(["harbour"])
    assert redact("the harbour of the tests") == "the [hidden] of the tests"
