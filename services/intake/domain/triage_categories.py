"""Triage of the category: what a dispute seems to be about, under a list of categories, with the words that led there.

No labelled messages teach this; each theme is a set of words that a reader can argue with, and the theme of which most
different words are found, those of the subject counted twice, gives the category. It suggests; an officer decides.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.intake.domain.triage import FOLD, Field, Words, find, index
from shared.categories import DEFAULT_CATEGORY, LIST_A, LIST_B, WORKING_LIST, Scheme

READ_TO: Final = 300
"""As far as a text is read: later on, other matters than the one that made somebody write come in."""
MOST_WORDS: Final = 8
IN_SUBJECT: Final = 2.0


class Theme(NamedTuple):
    """One thing that people quarrel about: where each list puts it, and the words by which it shows."""

    name: str
    list_a: str
    list_b: str
    working_list: str
    phrases: str

    def category(self, scheme: Scheme) -> str:
        return {LIST_A.id: self.list_a, LIST_B.id: self.list_b, WORKING_LIST.id: self.working_list}[scheme.id]


@dataclass(frozen=True, slots=True)
class SuggestedCategory:
    """The category that triage proposes and its words; without any word it is the list's rest."""

    category: str
    because: tuple[Words, ...]


THEMES: Final = (
    Theme(
        "family",
        "family",
        "family_inheritance",
        "family",
        "离婚 婚姻 夫妻 前夫 前妻 丈夫 妻子 老公 老婆 婆婆 儿媳 女婿 抚养 抚养费 抚养权 探视 赡养 赡养费 彩礼 嫁妆 "
        "退婚 恋爱 同居 继承 遗产 遗嘱 分家 析产 兄弟姐妹 家暴 家庭暴力 家庭矛盾 家庭纠纷 婚外情 出轨",
    ),
    Theme(
        "neighbours",
        "neighbours",
        "neighbours",
        "neighbours",
        "邻居 邻里 邻家 楼上 楼下 隔壁 对门 楼道 过道 公用通道 共用墙 采光 滴水 漏到 渗到 楼上漏水 楼上噪音 种菜 "
        "养鸡 养狗扰民 狗叫 占用楼道 堆放杂物 广场舞 装修噪音 油烟 油烟扰民 噪音扰民 扰民 夜宵摊 烧烤店 棋牌室 "
        "麻将馆",
    ),
    Theme(
        "person",
        "personality_rights",
        "compensation",
        "other_civil",
        "名誉 名誉权 诽谤 侮辱 辱骂 造谣 隐私 隐私权 肖像 肖像权 人肉 网暴 骚扰电话 泄露信息 个人信息",
    ),
    Theme(
        "ownership",
        "property_rights",
        "house_homestead",
        "other_civil",
        "产权 产权归属 房产证 不动产证 产权证 办证 共有 共有部分 公共部分 公共收益 业主共有 公共面积 公摊 相邻权 "
        "通行权 侵占 霸占 占用公共 车位归属 人防车位 架空层 地下室归属 返还原物 维修资金 维修基金 加装电梯 业委会 "
        "业主大会 业主委员会",
    ),
    Theme(
        "harm",
        "tort",
        "compensation",
        "other_civil",
        "打伤 受伤 伤残 医药费 医疗费 误工费 赔偿损失 人身损害 损害赔偿 侵权 砸坏 撞坏 损坏 砸伤 坠物 高空抛物 "
        "狗咬 咬伤 触电 摔伤 烫伤 产品缺陷 爆炸伤",
    ),
    Theme(
        "traffic",
        "tort",
        "traffic",
        "other_civil",
        "交通事故 车祸 撞车 追尾 肇事 逃逸 定损 责任认定 交强险 剐蹭",
    ),
    Theme(
        "medical",
        "tort",
        "medical",
        "other_civil",
        "医疗事故 医疗纠纷 误诊 手术失败 医患 医院赔偿 整容失败 医疗美容 医美 术后 植牙 牙科",
    ),
    Theme(
        "environment",
        "tort",
        "environment",
        "other_civil",
        "污染 废水 废气 粉尘 排污 恶臭 臭味 刺鼻 异味 油漆味 辐射",
    ),
    Theme(
        "home-purchase",
        "contract",
        "contract",
        "home_purchase",
        "购房 买房 购房合同 购房者 开发商 售楼部 售楼处 楼盘 交房 收房 延期交房 逾期交房 逾期 精装 精装修 认购 "
        "认购书 定金 首付 首付款 退房 房款 团购费 电商费 捆绑销售 捆绑 一房二卖 烂尾 烂尾楼 质量问题 减配 货不对板 "
        "预售 网签 样板房 霸王条款 车位销售 规划变更 商品房 销售人员",
    ),
    Theme(
        "tenancy",
        "contract",
        "contract",
        "tenancy",
        "房东 租客 租户 租房 租金 房租 押金 退租 租约 租赁 租赁合同 出租屋 出租房 转租 二房东 中介 长租公寓 公寓 "
        "合租 群租 地下室住人",
    ),
    Theme(
        "property-service",
        "contract",
        "property_service",
        "property_service",
        "物业 物业费 物业公司 物管 物管费 物业管理 物业服务 停车费 停车位 管理费 电梯费 门禁 道闸 装修押金 "
        "装修保证金 公共照明 小区保洁 小区保安 前期物业",
    ),
    Theme(
        "buying",
        "contract",
        "contract",
        "other_civil",
        "合同 协议 违约 违约金 退款 退费 退钱 不退 拒退 充值 会员卡 预付卡 健身房 健身卡 培训机构 培训班 培训费 "
        "学费 驾校 加盟 加盟费 商家 卖家 消费者 消费 网购 退货 假货 虚假宣传 装修公司 装饰公司 旅行社 家具 "
        "汽车销售 二手车 4S店 婚纱 定制 工程款 材料款 货款 发票",
    ),
    Theme(
        "labour",
        "labour",
        "labour",
        "labour",
        "工资 薪资 薪水 欠薪 拖欠工资 讨薪 农民工 民工 工伤 劳动合同 劳动仲裁 辞退 解雇 开除 裁员 离职 加班 加班费 "
        "试用期 提成 社保 养老保险 失业保险 社会保险 医疗保险 五险 五险一金 公司上班 用人单位 包工头 劳务 劳务费 "
        "经济补偿金 停岗 下岗 老板",
    ),
    Theme(
        "debt",
        "debt",
        "other",
        "debt",
        "借款 借钱 欠钱 欠款 欠条 借条 还钱 不还 债务 债权 民间借贷 利息 本金 贷款 房贷 信用卡 担保 抵押 网贷 车贷 "
        "投资 理财 集资 兑付 保险 理赔 银行",
    ),
    Theme(
        "land",
        "land_resources",
        "forest_land",
        "other_civil",
        "土地承包 承包地 承包合同 责任田 山林 林地 林权 鱼塘 耕地 农田 水塘 地界 界址 土地权属 土地确权 确权 流转 "
        "土地流转 青苗 集体土地 水源 灌溉",
    ),
    Theme(
        "homestead",
        "land_resources",
        "house_homestead",
        "other_civil",
        "宅基地 老宅 祖屋 祖宅 建房 自建房 房屋翻建 地基 屋基",
    ),
    Theme(
        "demolition",
        "urban_development",
        "demolition",
        "demolition",
        "拆迁 征地 征收 征收款 强拆 强制拆除 安置 安置房 安置费 过渡费 补偿款 补偿标准 棚改 棚户区 拆迁户 回迁 "
        "失地农民 生活安置 生产安置",
    ),
    Theme(
        "construction",
        "urban_development",
        "other",
        "other_civil",
        "规划 违建 违章建筑 违法建筑 工地 施工 夜间施工 施工噪音 扬尘 建筑垃圾 道路施工 市政 旧改 老旧小区改造 "
        "配套设施 配套学校",
    ),
    Theme(
        "civil-affairs",
        "civil_affairs",
        "other",
        "other_civil",
        "低保 特困 救助 优抚 退伍 抚恤 殡葬 墓地 公墓 婚姻登记 地名 养老院 敬老院 残疾人 福利院 救济",
    ),
    Theme(
        "family-planning",
        "civil_affairs",
        "family_planning",
        "other_civil",
        "计划生育 超生 社会抚养费 独生子女 准生证 失独",
    ),
    Theme(
        "enforcement",
        "other_enforcement",
        "other",
        "other_civil",
        "罚款 行政处罚 处罚决定 吊销 查封 扣押 行政许可 城管执法 暴力执法 执法不公 乱罚款 没收 行政执法",
    ),
    Theme(
        "litigation",
        "litigation",
        "other",
        "other_civil",
        "法院 判决 判决书 法官 起诉 上诉 再审 执行局 强制执行 立案 庭审 检察院 仲裁裁决 司法",
    ),
    Theme(
        "village",
        "party_discipline",
        "village_affairs",
        "other_civil",
        "村干部 村支书 村主任 村务 村务公开 村账 换届 选举 贿选 贪污 挪用 集体资产 分红 村民代表 党员 纪委 组长 "
        "村规民约",
    ),
    Theme(
        "religion",
        "ethnic_religious",
        "other",
        "other_civil",
        "清真 回民 少数民族 民族 教堂 寺庙 道观 清真寺 宗教 信徒 祠堂 庙产",
    ),
)

_BY_NAME: Final = {theme.name: theme for theme in THEMES}
_PHRASES: Final = index((phrase.translate(FOLD), theme.name) for theme in THEMES for phrase in theme.phrases.split())


def suggest_category(subject: str, text: str, scheme: Scheme = LIST_A) -> SuggestedCategory:
    """Total: any two strings get a category of the list."""
    told: dict[str, list[Words]] = {}
    weight: dict[str, float] = {}
    fields: tuple[tuple[Field, str, float], ...] = (("subject", subject, IN_SUBJECT), ("text", text[:READ_TO], 1.0))
    for field, message, worth in fields:
        here: dict[str, set[str]] = {}
        for name, _, start, end in find(message.translate(FOLD), field, 0, len(message), _PHRASES):
            words = Words(field, start, end, message[start:end])
            told.setdefault(name, []).append(words)
            here.setdefault(name, set()).add(words.text)
        for name, distinct in here.items():
            weight[name] = weight.get(name, 0.0) + worth * math.sqrt(len(distinct))
    if not weight:
        codes = scheme.codes
        return SuggestedCategory(DEFAULT_CATEGORY if DEFAULT_CATEGORY in codes else "other", ())
    best = max(weight, key=lambda name: weight[name])  # of two that weigh the same, the one that is named first
    return SuggestedCategory(_BY_NAME[best].category(scheme), tuple(told[best][:MOST_WORDS]))
