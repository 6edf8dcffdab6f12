"""Requests told by channel: their sum and shares, in one sentence or a list over semicolons; no false alarm."""

import pytest

from tests.checks.figures import found, submission, zeros

WHOLE = "2025年共收到政府信息公开申请20件"


def told(text: str) -> list[tuple[str, object]]:
    figures = zeros(**{"requests.received.natural_person": 18, "requests.received.enterprise": 2})
    figures |= {"requests.granted.natural_person": 18, "requests.granted.enterprise": 2}
    findings = found(submission(figures, texts={"overview": text}, agency_name="甲局", year=2025))
    wanted = ("text.channels", "text.share")
    return [(item.code, item.facts.get("sum", item.facts.get("share"))) for item in findings if item.code in wanted]


LISTS = [
    "{whole}，其中当面申请{}件，网络申请10件，信函申请7件。",
    "{whole}，其中：当面申请{}件；网络申请10件；信函申请7件。",
    "{whole}。其中，通过网络提交10件，通过信函提交7件，当面提交{}件。",
    "{whole}。按渠道分，当面{}件，网络10件，信函7件。",
    "{whole}。从申请方式看，当面申请{}件、传真申请0件、网络申请10件、信函申请7件。",
    "{whole}（当面{}件、网络10件（含邮件4件）、信函7件）。",
]


@pytest.mark.parametrize("text", LISTS)
def test_channels__every_list__wrong_sum_is_told(text: str) -> None:
    assert told(text.format(3, whole=WHOLE)) == []
    assert told(text.format(1, whole=WHOLE)) == [("text.channels", 18)]
    assert told(text.format(33, whole=WHOLE)) == [("text.channels", 50)]


@pytest.mark.parametrize(
    "text",
    [
        "{whole}，其中网络申请12件、信函申请5件。",  # the main ones only
        "{whole}，其中网络申请12件，其余为信函。",
        "{whole}，其中网络申请5件、当面申请3件、信函申请2件，部门转来10件。",
        "本机关收到政府信息公开申请12件，其中网络申请6件、当面申请4件、信函申请2件。",  # of the office only
        "2024年收到政府信息公开申请30件，其中网络申请20件、当面申请5件、信函申请5件。",
        "通过网络平台公开信息30件，现场咨询40件，信函答复50件。",
        "{whole}，其中网络申请10件，上年网络申请3件，信函申请5件。",
        "全年受理各类行政许可申请，网上办理1200件，窗口办理300件，邮寄办理50件。",
        "收到低保申请，其中网上80件，窗口20件，信函5件。",
    ],
)
def test_channels__what_may_be_right__nothing(text: str) -> None:
    assert told(text.format(whole=WHOLE)) == []


def test_channels__more_than_the_whole__is_told_of_two_too() -> None:
    assert told(f"{WHOLE}，其中网络申请15件、信函申请9件。") == [("text.channels", 24)]


def test_channels__shares__of_the_whole() -> None:
    text = WHOLE + "，其中网络申请12件，占{}%，信函申请5件，占25%，当面申请3件，占15%。"
    assert told(text.format(60)) == []
    assert told(text.format(50)) == [("text.share", "50")]
