"""An agency is found by its name, with or without the name of its area in front."""

import pytest

from xltool.model.agency_names import find_same_name

DISTRICT, IN_CITY = "洪泽区人民政府", "淮安市洪泽区人民政府"


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        (DISTRICT, [IN_CITY, "涟水县人民政府"], IN_CITY),
        (IN_CITY, [DISTRICT, "涟水县人民政府"], DISTRICT),
        (DISTRICT, [DISTRICT, IN_CITY], DISTRICT),
        (" 洪泽区 人民政府", [DISTRICT], DISTRICT),
        ("城关镇人民政府", ["甲县城关镇人民政府", "乙县城关镇人民政府"], None),
        ("人民政府", [DISTRICT], None),
        ("", [DISTRICT], None),
        (DISTRICT, [], None),
    ],
)
def test_same_name__equal_or_the_only_one_with_an_area_in_front(name: str, names: list[str], found: str | None) -> None:
    assert find_same_name(name, names) == found
