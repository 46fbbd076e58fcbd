"""The processor is called by its name, with the instruction sets that networks are fast on."""

from __future__ import annotations

from installation.core.processor import parse_cpuinfo, processor

XEON = """processor	: 0
model name	: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
flags		: fpu sse2 avx2 avx512f avx512_vnni avx512_bf16 amx_bf16 amx_tile amx_int8

processor	: 1
model name	: another
flags		: fpu
"""
ARM = """processor	: 0
Features	: fp asimd asimddp bf16
"""


def test_name_and_features_are_those_of_the_first_core() -> None:
    found = parse_cpuinfo(XEON)

    assert found.name == "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz"
    assert {"avx2", "avx512_bf16", "avx512_vnni", "amx_tile"} <= found.features
    assert found.matrix_features == (
        "avx2",
        "avx512f",
        "avx512_vnni",
        "avx512_bf16",
        "amx_tile",
        "amx_int8",
        "amx_bf16",
    )


def test_an_arm_processor_without_a_name_is_called_by_its_kind() -> None:
    found = parse_cpuinfo(ARM)

    assert found.name
    assert found.matrix_features == ("asimd", "asimddp", "bf16")


def test_this_machine_has_a_processor() -> None:
    assert processor().name in str(processor())
