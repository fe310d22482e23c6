"""The standard categories of disputes (纠纷类别): named, versioned lists, of which a code means the same in each.

A case keeps the code under which it was filed, whatever list is in use later; so a code is never given another meaning,
and a list that changes gets a new version.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Category(NamedTuple):
    """One category: its code, which is stored, and its names, which are shown."""

    code: str
    zh: str
    en: str

    def named(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


class Scheme(NamedTuple):
    """A list of categories that is in use somewhere, in the order in which that place prints it."""

    id: str
    version: str
    zh: str
    en: str
    source: str
    categories: tuple[Category, ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(category.code for category in self.categories)


LIST_A: Final = Scheme(
    "list-a",
    "1",
    "矛盾纠纷类别（17 类）",
    "Kinds of conflicts and disputes (17)",
    "矛盾纠纷多元化解小程序，文档 112711571",
    (
        Category("family", "婚恋家庭", "Marriage and family"),
        Category("neighbours", "邻里", "Between neighbours"),
        Category("personality_rights", "人格权", "Rights of the person"),
        Category("property_rights", "物权相关", "Property rights"),
        Category("tort", "侵权相关", "Harm and damage"),
        Category("contract", "合同及相关", "Contracts"),
        Category("labour", "劳动人事", "Wages and labour"),
        Category("debt", "金融借贷", "Loans and debts"),
        Category("land_resources", "土地及资源权属", "Land and resources"),
        Category("other_civil", "其他民商事", "Other civil and commercial matters"),
        Category("urban_development", "城乡建设发展", "Building of town and country"),
        Category("civil_affairs", "涉民政", "Civil affairs"),
        Category("other_enforcement", "其他行政执法", "Other acts of public bodies"),
        Category("litigation", "涉法涉诉", "Courts and lawsuits"),
        Category("party_discipline", "涉组织涉纪检", "Organisation and discipline"),
        Category("ethnic_religious", "涉民族宗教", "Ethnic groups and religion"),
        Category("other", "其他", "Other"),
    ),
)

LIST_B: Final = Scheme(
    "list-b",
    "1",
    "人民调解统计类别（15 类）",
    "Kinds in the returns of people's mediation (15)",
    "县级人民调解工作统计表",
    (
        Category("family_inheritance", "婚姻家庭继承", "Marriage, family and inheritance"),
        Category("neighbours", "邻里", "Between neighbours"),
        Category("house_homestead", "房屋宅基地", "Houses and homesteads"),
        Category("compensation", "赔偿", "Compensation"),
        Category("contract", "合同", "Contracts"),
        Category("forest_land", "山林土地承包", "Forests and contracted land"),
        Category("demolition", "征地拆迁", "Demolition and resettlement"),
        Category("labour", "劳动争议", "Wages and labour"),
        Category("family_planning", "计划生育", "Family planning"),
        Category("village_affairs", "村务管理", "Village affairs"),
        Category("environment", "环境保护", "Environment"),
        Category("traffic", "交通事故", "Traffic accidents"),
        Category("medical", "医患", "Medical care"),
        Category("property_service", "物业", "Property services"),
        Category("other", "其他", "Other"),
    ),
)

WORKING_LIST: Final = Scheme(
    "working-list",
    "1",
    "派出所常用类别",
    "What the station's cases are called day by day",
    "网格",
    (
        Category("home_purchase", "商品房买卖", "Home purchase"),
        Category("demolition", "征地拆迁", "Demolition and resettlement"),
        Category("property_service", "物业", "Property services"),
        Category("neighbours", "邻里", "Between neighbours"),
        Category("family", "婚恋家庭", "Marriage and family"),
        Category("debt", "金融借贷", "Loans and debts"),
        Category("labour", "劳动人事", "Wages and labour"),
        Category("tenancy", "房屋租赁", "Tenancy"),
        Category("other_civil", "其他民商事", "Other civil and commercial matters"),
    ),
)

_ALL: Final = (LIST_A, LIST_B, WORKING_LIST)
SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType({scheme.id: scheme for scheme in _ALL})
DEFAULT_SCHEME: Final = LIST_A
DEFAULT_CATEGORY: Final = "other_civil"

CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType(
    {category.code: category for scheme in reversed(_ALL) for category in scheme.categories}
)
"""Every code of any list; where lists name one code differently, as the default list does."""


def name_of(code: str, language: str) -> str:
    """The category's name; a code that no list of ours knows is shown as it is."""
    category = CATEGORIES.get(code)
    return code if category is None else category.named(language)
