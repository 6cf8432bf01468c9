"""How much is generated: little while one works, more where a change is judged.

HYPOTHESIS_PROFILE names the profile; `make test-all` asks for `thorough`. No profile has a deadline:
a test that fails because a machine is busy says nothing about the code.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["github_counterpart.fixtures", "gitlab_counterpart.fixtures"]

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,  # a change is not refused for what it did not touch
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough",
    max_examples=2_000,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),  # as above; elsewhere it looks at new examples each time
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

# Tests are nobody's job: in one of CI they would sync its project.
os.environ.pop("GITHUB_ACTIONS", None)
os.environ.pop("GITLAB_CI", None)
