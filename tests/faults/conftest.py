from tests.faults.scene import runs  # noqa: F401 - a fixture
