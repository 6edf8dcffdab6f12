"""The faults of `tests.mutants` are what they say, each changes one operator, and one is found."""

import ast

import pytest

from tests.mutants import BESIDE, ROOT, Fault, list_faults, run_tests, sample_faults

SOURCE = '''
def f(a, b):
    """A text with == and and in it."""
    if a == (b) and not a<b or a is not None:
        return a + b - 1
    return "x" not in a
'''


def changed(fault: Fault) -> str:
    content = SOURCE.encode()
    return (content[: fault.start] + fault.new.encode() + content[fault.end :]).decode()


def test_faults__every_operator_once_and_the_result_is_python() -> None:
    faults = list(list_faults("a.py", SOURCE.encode()))
    assert sorted(f"{fault.old} {fault.new}" for fault in faults) == [
        *("+ -", "- +", "< <=", "== !=", "and or", "is not is", "not in in", "or and")
    ]
    assert len({changed(fault) for fault in faults}) == len(faults)
    for fault in faults:
        assert '"""A text with == and and in it."""' in changed(fault)
        ast.parse(changed(fault))


def test_sample__is_the_same_again_and_covers_every_package() -> None:
    faults = sample_faults(40, 1, tuple(BESIDE))
    assert faults == sample_faults(40, 1, tuple(BESIDE))
    assert {fault.file.split("/")[1].removesuffix(".py") for fault in faults} == set(BESIDE)
    assert all((ROOT / path).exists() for paths in BESIDE.values() for path in paths)


@pytest.mark.slow
def test_tests__pass_in_a_copy_without_a_fault_and_fail_with_one() -> None:
    fault = next(fault for fault in sample_faults(400, 1, ("roster",)) if fault.old == "==")
    assert run_tests("roster", None)
    assert not run_tests("roster", fault)
