"""What can be asked for over Open311 (服务目录): services made of the kinds and of the standard categories."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from shared.categories import LIST_A

Datatype: TypeAlias = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
DISPUTES: Final = "disputes"


class Value(NamedTuple):
    key: str
    zh: str
    en: str


class Attribute(NamedTuple):
    """A question that belongs to a service."""

    code: str
    datatype: Datatype
    zh: str
    en: str
    values: tuple[Value, ...] = ()
    required: bool = False
    variable: bool = True
    """False for a hint that is shown and not answered."""


class Service(NamedTuple):
    """One thing that people can report; its code is the standard category, or the kind."""

    code: str
    zh: str
    en: str
    group: str
    zh_description: str
    en_description: str
    keywords: str
    attributes: tuple[Attribute, ...]


AGAINST: Final = Attribute(
    "against",
    "singlevaluelist",
    "与谁发生纠纷（只写关系，不写姓名）",
    "With whom (the relation, no name)",
    (
        Value("neighbour", "邻居", "a neighbour"),
        Value("family", "家人或亲属", "family or kin"),
        Value("property_company", "物业公司", "a property company"),
        Value("developer", "开发商", "a developer"),
        Value("landlord", "房东", "a landlord"),
        Value("tenant", "租客", "a tenant"),
        Value("employer", "用人单位或包工头", "an employer"),
        Value("merchant", "商家或培训机构", "a merchant or school"),
        Value("village", "村集体", "the village collective"),
        Value("other", "其他", "somebody else"),
    ),
)
PEOPLE: Final = Attribute("people", "number", "涉及人数", "How many people it concerns")
AMOUNT: Final = Attribute("amount", "number", "涉及金额（元）", "The sum at stake (yuan)")
SINCE: Final = Attribute("since", "datetime", "何时开始", "Since when")
WISH: Final = Attribute("wish", "text", "希望如何解决", "What you wish for")
TRIED: Final = Attribute(
    "tried",
    "multivaluelist",
    "已经找过谁",
    "Whom you have asked already",
    (
        Value("other_side", "对方", "the other side"),
        Value("committee", "居（村）委会", "the residents' or village committee"),
        Value("hotline", "12345 热线", "hotline 12345"),
        Value("police", "派出所", "the police"),
        Value("court", "法院", "a court"),
        Value("nobody", "没有", "nobody"),
    ),
)
EXACTLY: Final = Attribute("exactly", "string", "具体位置（楼栋、单元、部位）", "Exactly where (building, unit, part)")
NOW: Final = Attribute(
    "urgent",
    "singlevaluelist",
    "是否正在发生；危及生命请先拨打 110、119 或 120",
    "Is it happening now? If life is in danger, call 110, 119 or 120 first",
    (Value("yes", "是", "yes"), Value("no", "否", "no")),
    required=True,
)
SHOW: Final = Attribute(
    "public",
    "singlevaluelist",
    "标题和大致位置可否公开（不含姓名、电话）",
    "May the headline be shown to everybody (never a name or phone)",
    (Value("no", "否", "no"), Value("yes", "是", "yes")),
)
CALL_FIRST: Final = Attribute(
    "call-first",
    "string",
    "危及生命、正在发生的违法犯罪，请先拨打 110；本渠道不派警。",
    "If life is in danger or a crime is happening, call 110 first; nobody is sent by this.",
    variable=False,
)

_OF_A_DISPUTE: Final = (AGAINST, PEOPLE, AMOUNT, SINCE, TRIED, WISH, SHOW)
_NO_DISPUTE: Final = ("other",)
_BESIDES: Final = (
    Service(
        "hazard",
        "安全隐患",
        "Hazard",
        "safety",
        "消防通道堵塞、井盖缺失、电线裸露、电梯故障等",
        "A blocked fire exit, an open manhole, bare wires, a faulty lift …",
        "隐患,消防,电梯,hazard",
        (CALL_FIRST, NOW, EXACTLY, SHOW),
    ),
    Service(
        "incident",
        "治安线索",
        "Public order",
        "safety",
        "赌博、打架、威胁等治安问题的线索；正在发生请拨打 110",
        "Gambling, fights, threats; if it is happening, call 110",
        "治安,线索,order",
        (CALL_FIRST, NOW, EXACTLY, SINCE),
    ),
    Service(
        "fraud",
        "涉诈线索",
        "Fraud",
        "safety",
        "诈骗、非法集资线索；刚刚转账请立即拨打 110 止付",
        "Scams and illegal fund raising; if you have just paid, call 110 to stop the payment",
        "诈骗,集资,fraud",
        (CALL_FIRST, AMOUNT, SINCE),
    ),
    Service(
        "service",
        "求助与投诉",
        "Service and complaint",
        "service",
        "请公共部门办理、整治、维修或者解释",
        "Ask a public body to do, repair or explain something",
        "求助,投诉,service",
        (EXACTLY, SINCE, WISH, SHOW),
    ),
    Service(
        "enquiry", "咨询", "Enquiry", "service", "政策、流程、材料咨询", "Ask how, where and when", "咨询,enquiry", ()
    ),
    Service("other", "其他", "Other", "service", "建议及其他事项", "Ideas and anything else", "建议,other", (WISH,)),
)

SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        service.code: service
        for service in (
            *(
                Service(
                    category.code,
                    f"矛盾纠纷：{category.zh}",
                    f"Dispute: {category.en}",
                    DISPUTES,
                    "可以申请人民调解；调解不收费，自愿参加，随时可以退出并向法院起诉",
                    "Can be mediated: free, voluntary, and you may leave it at any time and go to court",
                    f"调解,纠纷,{category.zh},mediation",
                    _OF_A_DISPUTE,
                )
                for category in LIST_A.categories
                if category.code not in _NO_DISPUTE
            ),
            *_BESIDES,
        )
    }
)
