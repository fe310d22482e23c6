"""Admission (受理审查): the grounds on which a dispute is not mediated, the rule of each, and the other route.

A rule whose text was read bars; one that is known from an excerpt only warns, until the city's legal officer has
confirmed it. A crime never goes to mediation, whatever a rule says.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel

from services.intake.domain.triage import FOLD, Field, Words, find, index
from shared.eventsourcing.decider import Refusal, sentence
from shared.law.here import Here
from shared.law.rules import Rule

GroundCode: TypeAlias = Literal[
    "crime",
    "gang_fight",
    "hired_violence",
    "repeated",
    "party_unwilling",
    "in_suit",
    "in_arbitration",
    "in_petition",
    "in_discipline",
    "in_review",
    "lawfully_settled",
    "secrets",
    "other_body_alone",
]
Reason: TypeAlias = Literal["not_a_civil_matter", "in_court_or_arbitration", "already_settled", "another_body", "other"]
_READ_TO: Final = 2_000


class Ground(NamedTuple):
    """One ground: what it is, the rule (and which entry of it), what is told instead, and words that may show it."""

    code: GroundCode
    zh: str
    en: str
    reason: Reason
    rule: str
    item: str | None
    route_zh: str
    route_en: str
    phrases: str


_COURT_ZH: Final = "可以依法向有管辖权的人民法院起诉；符合条件的，可以向法律援助机构申请法律援助（电话 12348）。"
_COURT_EN: Final = "You may sue at the people's court; legal aid answers at 12348."
_POLICE_ZH: Final = "请拨打 110 或者到派出所报案，由公安机关依法处理；造成损失的，可以依法要求赔偿。"
_POLICE_EN: Final = "Call 110 or report it at the station: the police deal with it; damages may be claimed at law."

GROUNDS: Final[Mapping[GroundCode, Ground]] = MappingProxyType(
    {
        ground.code: ground
        for ground in (
            Ground(
                "crime",
                "涉嫌犯罪或者应当作为治安案件处理",
                "A crime is suspected, or it is a public-order case",
                "not_a_civil_matter",
                "mediation-escalation",
                None,
                _POLICE_ZH,
                _POLICE_EN,
                "诈骗 集资诈骗 合同诈骗 抢劫 抢夺 盗窃 强奸 猥亵 绑架 贩毒 吸毒 赌博 开设赌场 卖淫 砍伤 捅伤 "
                "轻伤 重伤 非法拘禁 敲诈勒索 传销 非法集资 故意伤害 持刀 纵火 投毒",
            ),
            Ground(
                "gang_fight",
                "结伙斗殴或者寻衅滋事",
                "A gang fight, or picking quarrels",
                "not_a_civil_matter",
                "public-order-mediation-excluded",
                "gang_fight",
                _POLICE_ZH,
                _POLICE_EN,
                "结伙 聚众斗殴 斗殴 群殴 寻衅滋事 一伙人",
            ),
            Ground(
                "hired_violence",
                "雇凶伤害他人",
                "Hired violence",
                "not_a_civil_matter",
                "public-order-mediation-excluded",
                "hired_violence",
                _POLICE_ZH,
                _POLICE_EN,
                "雇凶 雇人打 雇佣打手 花钱找人打 打手",
            ),
            Ground(
                "repeated",
                "多次实施违反治安管理行为",
                "The same act was done repeatedly",
                "not_a_civil_matter",
                "public-order-mediation-excluded",
                "repeated",
                _POLICE_ZH,
                _POLICE_EN,
                "多次殴打 多次打人 多次威胁 屡次殴打",
            ),
            Ground(
                "party_unwilling",
                "一方当事人明确拒绝调解",
                "One party clearly refuses mediation",
                "other",
                "mediation-refused",
                None,
                _COURT_ZH,
                _COURT_EN,
                "拒绝调解 不同意调解 不愿意调解 不接受调解 不愿调解",
            ),
            Ground(
                "in_suit",
                "已进入诉讼程序",
                "In suit",
                "in_court_or_arbitration",
                "hotline-admission",
                "in_suit",
                "请在该案中主张权利；可以向审理该案的人民法院申请调解，对裁判不服的可以依法上诉或者申请再审。",
                "Claim your right in that suit: the court itself may mediate; a judgment can be appealed.",
                "已起诉 已经起诉 已立案 法院已受理 法院受理 判决书 法院判决 一审 二审 开庭 强制执行 法院传票",
            ),
            Ground(
                "in_arbitration",
                "已进入仲裁程序",
                "In arbitration",
                "in_court_or_arbitration",
                "hotline-admission",
                "in_arbitration",
                "请在该仲裁中主张权利；对裁决不服的，可以依法向人民法院起诉。",
                "Claim your right in that arbitration; an award can be taken to the people's court.",
                "已申请仲裁 已经仲裁 仲裁裁决 劳动仲裁裁决 仲裁开庭 仲裁委受理 仲裁已受理",
            ),
            Ground(
                "in_petition",
                "已进入信访程序",
                "A petition is running",
                "another_body",
                "hotline-admission",
                "in_petition",
                "请向受理该信访事项的机关了解办理情况；对答复不服的，可以依法请求复查、复核。",
                "Ask the body that took the petition; its answer can be reviewed, and reviewed again.",
                "已信访 信访答复 信访复查 信访局已受理 信访件 信访事项",
            ),
            Ground(
                "in_discipline",
                "已进入纪检监察程序",
                "Before the discipline bodies",
                "another_body",
                "hotline-admission",
                "in_discipline",
                "请向受理的纪检监察机关了解办理情况（举报电话 12388）。",
                "Ask the discipline body that took it (12388).",
                "纪委已立案 纪委已受理 监委立案 纪检监察立案",
            ),
            Ground(
                "in_review",
                "已进入行政复议程序",
                "In administrative review",
                "another_body",
                "hotline-admission",
                "in_review",
                "请在该行政复议中提出；对复议决定不服的，可以依法提起行政诉讼。",
                "Say it in that review; its decision can be taken to court.",
                "已申请复议 行政复议决定 复议已受理 行政复议受理",
            ),
            Ground(
                "lawfully_settled",
                "已依法办结",
                "Lawfully settled already",
                "already_settled",
                "hotline-admission",
                "lawfully_settled",
                "协议没有履行的，可以要求原调解组织督促履行，或者依法向人民法院起诉。",
                "If it is not kept, ask those who mediated it to urge performance, or sue.",
                "已达成调解协议 已签调解协议 已签订和解协议 已和解 已调解结案",
            ),
            Ground(
                "secrets",
                "涉及国家秘密、商业秘密",
                "It touches secrets of the state or of business",
                "another_body",
                "hotline-admission",
                "secrets",
                "请通过保密渠道向主管机关反映。",
                "Tell the body in charge of it by a confidential way.",
                "国家秘密 商业秘密",
            ),
            Ground(
                "other_body_alone",
                "法律规定只能由专门机关处理",
                "The law leaves it to a certain body alone",
                "another_body",
                "mediation-admission",
                "other_body_alone",
                "请向法律规定的主管机关提出申请。",
                "Apply to the body that the law names.",
                "工伤认定 行政处罚 确认亲子关系 收养关系",
            ),
        )
    }
)

_PHRASES: Final = index((phrase.translate(FOLD), g.code) for g in GROUNDS.values() for phrase in g.phrases.split())


class Citation(BaseModel, frozen=True):
    """A rule as it stood on the day of a decision."""

    ground: GroundCode
    rule: str
    article: str
    zh: str
    en: str
    valid_from: date
    binds: bool


# Refusals


class NoRuleHere(Refusal):
    say = sentence(
        "No text of a rule for this ground holds here on {day}. Refuse for a reason of your own and say it, or "
        "admit the dispute."
    )


class OnlyAWarning(Refusal):
    say = sentence(
        "{article} is not known here from its own text, so it warns and refuses nobody. Admit the dispute with the "
        "warning, refuse for another reason, or let the legal officer confirm the rule {rule} first."
    )


class BarredByRule(Refusal):
    say = sentence(
        "{article} bars this from mediation. Refuse it by the rule, so that the notice tells the other route."
    )


class CrimeNeverMediated(Refusal):
    say = sentence(
        "A crime is suspected, and a crime never goes to mediation. Refuse it by the rule and hand it to the police."
    )


def citation(code: GroundCode, here: Here, day: date) -> Citation | None:
    """The rule of a ground as it holds here on that day; None where none names it."""
    ground = GROUNDS[code]
    rule = here.find(ground.rule, day)
    if rule is None or (ground.item is not None and all(item.code != ground.item for item in rule.items)):
        return None
    return _cited(ground, rule, here)


def cited(code: GroundCode, here: Here, day: date) -> Citation:
    """The rule by which somebody may be refused; a refusal says why where there is none, or where it only warns."""
    found = citation(code, here, day)
    if found is None:
        raise NoRuleHere(day=day)
    if not found.binds:
        raise OnlyAWarning(article=found.article, rule=found.rule)
    return found


def warnings(codes: tuple[GroundCode, ...], here: Here, day: date) -> tuple[Citation, ...]:
    """What somebody who admits it all the same was warned of; a rule that binds stops them, and a crime always."""
    if "crime" in codes:
        raise CrimeNeverMediated
    found = tuple(one for code in codes if (one := citation(code, here, day)) is not None)
    for one in found:
        if one.binds:
            raise BarredByRule(article=one.article)
    return found


def suspected(subject: str, text: str) -> Mapping[GroundCode, tuple[Words, ...]]:
    """Grounds that the words of a report may show; a person looks whether they do."""
    told: dict[GroundCode, list[Words]] = {}
    fields: tuple[tuple[Field, str], ...] = (("subject", subject), ("text", text[:_READ_TO]))
    for field, message in fields:
        for code, _, start, end in find(message.translate(FOLD), field, 0, len(message), _PHRASES):
            for ground in GROUNDS.values():
                if ground.code == code:
                    told.setdefault(ground.code, []).append(Words(field, start, end, message[start:end]))
    return {code: tuple(words) for code, words in told.items()}


def _cited(ground: Ground, rule: Rule, here: Here) -> Citation:
    return Citation(
        ground=ground.code,
        rule=rule.id,
        article=rule.article,
        zh=rule.text.zh,
        en=rule.text.en,
        valid_from=rule.valid_from,
        binds=here.binds(rule),
    )
