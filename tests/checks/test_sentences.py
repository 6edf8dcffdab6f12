"""Sentences as clerks write them: which figures are read, what is lawful and left alone, and what is told."""

from dataclasses import replace

import pytest

from tests.checks.figures import FORM, submission, zeros
from xltool.checks.context import CheckContext
from xltool.checks.texts.claims import TextContext, find_mentions, split_statements
from xltool.checks.texts.quoted_figures import MAX_FINDINGS_PER_SECTION, check_quoted_figures
from xltool.checks.texts.unfinished_text import check_texts
from xltool.forms.compiled_form import compile_form

# received 24, carried in 2, concluded 23, carried out 3; review 4 of which 3 concluded, litigation 3 of which 2
FIGURES = zeros() | {
    "requests.received.natural_person": 20,
    "requests.received.enterprise": 4,
    "requests.carried_in.natural_person": 2,
    "requests.granted.natural_person": 10,
    "requests.partly_granted.enterprise": 4,
    "requests.refused.internal_affairs.natural_person": 2,
    "requests.not_available.not_held.natural_person": 5,
    "requests.not_processed.repeated.natural_person": 1,
    "requests.other.other.natural_person": 1,
    "requests.carried_out.natural_person": 3,
    "disputes.review.upheld": 2,
    "disputes.review.corrected": 1,
    "disputes.review.pending": 1,
    "disputes.direct_litigation.upheld": 1,
    "disputes.direct_litigation.pending": 1,
    "disputes.post_review_litigation.upheld": 1,
    "disclosure.normative_documents.issued": 3,
    "disclosure.normative_documents.repealed": 2,
    "disclosure.normative_documents.in_force": 15,
    "disclosure.licensing.decisions": 300,
    "disclosure.penalties.decisions": 120,
}
LAST_YEAR = zeros() | {
    "requests.received.natural_person": 18,
    "requests.received.enterprise": 2,
    "requests.carried_in.natural_person": 1,
    "requests.granted.natural_person": 19,
    "requests.carried_out.natural_person": 2,
    "disclosure.normative_documents.in_force": 14,
    "disclosure.normative_documents.issued": 1,
}

READ = """
本年受理政府信息公开申请2件，都在期限内答复。 => TEXT-2=2
全年没有收到行政许可申请，也未接到信息公开申请。 => TEXT-30=0
我市全年办理公民、法人通过网站和信函依申请公开信息合计12件，已全部按期限答复办结。 => TEXT-2=12 TEXT-31=0
没有因政府信息公开工作被申请行政复议或提起行政诉讼的情况。 => TEXT-32=0 TEXT-33=0
收到申请政府信息公开事项18件，已答复。 => TEXT-1=18
收到针对本街道信息公开事务的行政复议0件。 => TEXT-5=0
新受理依申请政府信息公开8件，均已回复。 => TEXT-2=8
本年度共收到和处理依申请公开0件。 => TEXT-1=0
收到依申请公开申请6件，办结公开申请5件。 => TEXT-1=6 TEXT-3=5
被申请行政复议1件，尚未审结行政复议0件。 => TEXT-5=1
我局收到政府信息依申请公开12件。 => TEXT-1=12
全县收到政府信息依申请公开9件，上年转结1件。 => TEXT-1=9 TEXT-7=1
新受理政府信息公开申请17件，办结16件，转下一年办理1件。 => TEXT-2=17 TEXT-3=16 TEXT-4=1
收到申请公开21条，办结21条。 => TEXT-1=21 TEXT-3=21
全年作出行政许可决定278件、行政处罚1217件、行政强制402件。 => TEXT-21=1217 TEXT-22=278
本机关办理行政许可3940件。 => TEXT-22=3940
未收到群众要求政府信息公开的申请。 => TEXT-30=0
没有因信息公开引发举报、投诉、提起行政诉讼等情况。 => TEXT-33=0
办结依申请公开件177件（含2022年结转的3件），其中予以公开60件、信息无法提供30件。 => TEXT-12=30 TEXT-3=177 TEXT-8=60
办理热线47件，已全部办结。 =>
本局共收到信息公开申请22起，比2022年（31起）下降29%，答复21起。 => TEXT-1=22 TEXT-3=21
处理政府信息公开申请126件（含上年度结转申请7件），答复118件。 => TEXT-2=126 TEXT-3=118 TEXT-7=7
主动公开行政处罚决定160起、行政许可决定20件。 =>
年内没有公民提出的依申请公开诉求。 =>
未收到公民、法人的依申请公开诉求。 => TEXT-30=0
未发生政府信息公开行政复议、起诉。 => TEXT-32=0
不存在有关政府信息公开行政复议和行政诉讼情况。 => TEXT-32=0 TEXT-33=0
收到依申请公开件30件，上年度结转办理件1件，共办结24件。 => TEXT-1=30 TEXT-3=24 TEXT-7=1
办理结果中“予以公开”3件、“部分公开”36件、“不予公开”2件、“无法提供”18件。 => TEXT-10=36 TEXT-11=2 TEXT-12=18 TEXT-8=3
制定发布规范性文件4件，清理废止文件1件。 => TEXT-18=4
主动公开各类信息83条，其中规范性文件2个，行政许可20条，行政处罚5条。 =>
"""

LAWFUL = """
2025年，共收到政府信息公开申请24件，上年结转2件，办结23件，结转下年度3件。
2025年共收到政府信息公开申请26件（含上年结转2件），其中予以公开10件、部分公开4件、不予公开2件、结转下年度继续办理3件。
2025年，我区共受理政府信息公开申请26件，较2024年增长23.8%，均依法依规予以答复。
全年收到政府信息公开申请24件，比2024年的20件增加4件，增长20%。
办结申请23件（含2024年结转的2件），其中，予以公开10件，部分公开4件。
落实《2024年政务公开工作要点》，全年收到政府信息公开申请24件。
通过网络提交申请15件、信函6件、当面3件，收到申请共计24件。
收到网上申请15件，信函申请6件，当面申请3件。
区政府办公室收到政府信息公开申请8件，各部门、街道收到16件。
其中区政府本级收到政府信息公开申请8件，均已办结。
上半年收到政府信息公开申请11件，下半年收到13件。
2024年收到政府信息公开申请20件，2025年收到政府信息公开申请24件。
自2008年以来累计收到政府信息公开申请512件。
对到期的政府信息公开申请均按时办结。
收到政府信息公开申请24件，上年结转2件，其中网上申请15件，信函申请11件。
因政府信息公开被申请行政复议4件，其中维持2件、纠正1件、尚未审结1件；被提起行政诉讼3件。
全年办理政府信息公开行政复议案件3件，无被纠错情况；行政诉讼2件，均胜诉。
区政府作为复议机关受理行政复议案件87件，其中政府信息公开类9件。
作为行政复议机关，全年收到行政复议申请120件，受理110件。
制发行政规范性文件3件，废止2件，现行有效15件。
主动公开政府信息1234条，其中政策解读24条，规范性文件12件，行政许可100条，行政处罚60条。
共办理人大代表建议24件、政协提案30件，全部按时办结。
12345热线受理群众诉求512件，已全部办结。
作出行政许可决定300件，行政处罚决定120件。
全区行政处罚案件信息公示118条，行政许可公示299条。
撤回政府信息公开申请1件，重复申请1件。
举办依申请公开业务培训2场，开展依申请公开案卷评查20件。
配合上级部门办理信息公开申请2件。
协助法制部门办理行政复议答复6件，出庭应诉4件。
受理不动产登记申请5400件，办理公证申请30件。
收到残疾人证办理申请45件。
关于房屋征收的申请9件，关于规划的申请6件。
接到要求公开征地信息的申请9件。
向档案馆移送规范性文件3件。
"""

WRONG = """
2025年，共收到政府信息公开申请42件。 => TEXT-1
我局2025年未收到政府信息公开申请。 => TEXT-30
收到依申请公开24件，均已办结。 => TEXT-31
未发生因政府信息公开申请行政复议、提起行政诉讼的情况。 => TEXT-32 TEXT-33
全年被申请行政复议7件。 => TEXT-5
制发行政规范性文件5件。 => TEXT-18
现行有效行政规范性文件51件。 => TEXT-20
结转下年度继续办理8件。 => TEXT-4
收到政府信息公开申请24件，同比下降20%。 => text.growth
共收到政府信息公开申请二十六件，办结二十二件。 => TEXT-3
受理信访100件，分别为来信20件、来访50件、来电40件。 => text.list
全年举办培训5场，其中业务培训12场、专题培训3场。 => text.part
"""


def rows(table: str) -> list[tuple[str, list[str]]]:
    pairs = (line.partition("=>") for line in table.strip().splitlines())
    return [(text.strip(), sorted(wanted.split())) for text, _, wanted in pairs]


@pytest.mark.parametrize(("text", "wanted"), rows(READ))
def test_figures_a_sentence_tells__read_with_their_values(text: str, wanted: list[str]) -> None:
    facts = TextContext(dict.fromkeys(FORM.cells), None, None)
    told = {
        f"{each.claim.id}={each.number}"
        for part, subject in split_statements(text)
        for each in find_mentions(part, FORM, facts, subject)
    }
    assert sorted(told - {"TEXT-25=0"}) == wanted


def codes(text: str) -> list[str]:
    read = replace(submission(FIGURES), texts={"overview": text})
    context = CheckContext(compile_form(FORM), previous=submission(LAST_YEAR).values)
    found = list(check_quoted_figures(read, context))
    assert {each.severity.value for each in found} <= {"note"}
    return sorted(each.code for each in found)


@pytest.mark.parametrize("text", LAWFUL.strip().splitlines())
def test_lawful_sentence__left_alone(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(("text", "wanted"), rows(WRONG))
def test_wrong_sentence__told(text: str, wanted: list[str]) -> None:
    assert codes(text) == wanted


ENDLESS = (
    "1",
    "一",
    "（",
    "（）",
    "X",
    "无",
    "收到申请5件其中",
    "共5件，其中甲3件、乙4件、",
    "占5%",
    "2024年",
    "〔 ",
    "1,234",
)


@pytest.mark.parametrize("text", ENDLESS)
def test_endless_text__an_answer_and_no_more_findings_than_anybody_reads(text: str) -> None:
    read = replace(submission(FIGURES), texts={"overview": text * (1_000_000 // len(text))})
    assert len(list(check_quoted_figures(read, CheckContext(compile_form(FORM))))) <= MAX_FINDINGS_PER_SECTION
    assert len(list(check_texts(read, CheckContext(compile_form(FORM))))) <= MAX_FINDINGS_PER_SECTION
