"""The words that triage listens for, in groups that a reader can argue with.

A group leans towards kinds by weights set by hand; `triage_weights` corrects these leanings from labelled messages.
A phrase belongs to one group only, and a phrase inside a longer one that was found does not count, so that
公交公司 speaks of public transport and not of a company.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["dispute", "incident", "fraud", "hazard", "enquiry", "service", "other"]
KINDS: Final[tuple[Kind, ...]] = ("dispute", "incident", "fraud", "hazard", "enquiry", "service", "other")

Leaning: TypeAlias = dict[Kind, float]


@dataclass(frozen=True)
class Group:
    """Phrases of one meaning, separated by blanks, with what they speak for in a subject and in a text."""

    name: str
    phrases: str
    subject: Leaning = field(default_factory=dict)
    text: Leaning = field(default_factory=dict)


@dataclass(frozen=True)
class Pattern:
    """A form of speech that is no fixed phrase, looked for in one field only."""

    name: str
    where: Literal["subject", "text"]
    expression: re.Pattern[str]
    leaning: Leaning = field(default_factory=dict)


GROUPS: Final[tuple[Group, ...]] = (
    # Private parties and what one quarrels with them about
    Group(
        "property-manager",
        "物业 物业公司 物业经理 乱收物业费 乱收停车费 物管 物业管理 物业费 物管费 物业服务 物业方 前期物业 装修押金 "
        "电梯费 公共收益 门禁 道闸",
        subject={"dispute": 2.1},
        text={"dispute": 0.7},
    ),
    Group(
        "owners-committee",
        "业委会 业主委员会 业主大会 维修资金 维修基金 公共收入 业主共有 选聘物业",
        subject={"dispute": 1.0},
        text={"dispute": 0.5},
    ),
    Group(
        "developer",
        "开发商 开放商 开发公司 房地产 地产公司 地产商 置业 置业顾问 售楼部 售楼处 售楼员 售楼 楼盘 城投公司 建设方",
        subject={"dispute": 1.5},
        text={"dispute": 0.7},
    ),
    Group(
        "bought-home",
        "交房 收房 精装 精装修 精装房 毛坯 毛坯房 购房合同 认购书 认购金 团购费 电商费 公摊 捆绑 捆绑销售 车位销售 "
        "出售车位 人防车位 虚高 质价不符 价质不符 减配 货不对板 一房二卖 预售 预售证 网签 退房 首付款 延期 延期交房 "
        "逾期 逾期交房 霸王条款 霸王合同 强制交房 强买 样板房 样板间 规划变更 更改规划 擅自更改 格子铺 商铺 门面 "
        "摇号 认筹 捂盘 房款 定金 房产证 不动产证 产权证 办证",
        subject={"dispute": 1.2},
        text={"dispute": 0.5},
    ),
    Group(
        "bad-building",
        "质量问题 质量差 质量太差 质量缺陷 质量堪忧 漏水 渗水 渗漏 开裂 裂缝 裂纹 墙面 墙体 楼板 空鼓 沉降 不合格 "
        "采光 日照 遮挡 隔音 烟道 偷工减料 防水 返水 反水",
        subject={"dispute": 1.2},
        text={"dispute": 0.4},
    ),
    Group(
        "private-school",
        "培训机构 培训学校 培训班 培训中心 辅导班 辅导机构 补习班 教育机构 教育集团 教育公司 教育科技 早教 托管班 "
        "托管机构 私立学校 民办学校 驾校 学费 英语培训 艺术培训 美术培训",
        subject={"dispute": 1.2},
        text={"dispute": 0.5},
    ),
    Group(
        "money-back",
        "退费 退款 退钱 不退 拒退 拒不退 退还 不予退 难退 退押金 拖欠 欠款 欠钱 欠薪 赔偿 赔付 索赔 理赔 违约 "
        "违约金 押金 保证金 拒绝赔付 不还 拒不支付 未支付 不支付 克扣 讨要 讨债 欠费 收据 发票 扣费 乱扣 充值 "
        "预付卡 会员卡",
        subject={"dispute": 1.6},
        text={"dispute": 0.6},
    ),
    Group(
        "employer",
        "工资款 欠我 讨要工资 工资 薪资 薪水 讨薪 农民工 民工 辞退 解聘 解雇 开除 裁员 逼退 离职 入职 劳动合同 "
        "劳动仲裁 加班 加班费 五险 五险一金 养老保险 失业职工 下岗 退休职工 工伤 用人单位 员工 职工 停岗 公司领导 "
        "提成 试用期 老板 血汗 劳务 包工头 工程款 材料款 房改",
        subject={"dispute": 1.8},
        text={"dispute": 0.6},
    ),
    Group(
        "landlord",
        "房东 租客 租户 租房 出租屋 出租房 群租 群租房 合租 中介 房屋中介 租金 房租 退租 租赁合同 租赁 二房东 租约",
        subject={"dispute": 1.4},
        text={"dispute": 0.6},
    ),
    Group(
        "merchant",
        "连锁 销售店 加盟 加盟商 代理商 经销商 招商 会员 商家 卖家 门店 店家 店主 消费者 客服 售后 维权 顾客 消费 "
        "购买 网购 快递 退货 换货 维修店 手机店 家具 装修公司 装饰公司 旅行社 旅游公司 美容院 美容店 理发店 健身房 "
        "健身 影楼 婚纱 4S店 二手车 车行 汽车销售 违反合同 协议 签合同 合同 霸王 欺骗 忽悠 坑骗 误导 虚假宣传 虚假 "
        "套路 质保 保修 三包 欺诈",
        subject={"dispute": 1.2},
        text={"dispute": 0.4},
    ),
    Group(
        "company",
        "项目部 承建 总包 分包 公司 有限公司 集团 企业 股份 总公司 分公司 厂家 私人 单位 民营 私人老板 负责人 法人",
        subject={"dispute": 0.8},
        text={"dispute": 0.2},
    ),
    Group(
        "owners",
        "业主 全体业主 住户 居民楼 户主 购房者 购房户 商户 小区业主 业主群 买房 购房 我家 家长们 楼栋",
        subject={"dispute": 0.6},
        text={"dispute": 0.4},
    ),
    Group(
        "neighbour",
        "邻居 邻里 楼上 楼下 隔壁 对门 邻家 楼道 连廊 公共区域 公共用地 过道 私装 私占 霸占 侵占 漏到 种菜 宅基地 "
        "通风 私拆 承重墙 打隔断 养鸡 装铁门 地锁",
        subject={"dispute": 0.9},
        text={"dispute": 0.4},
    ),
    Group(
        "illegal-building",
        "违建 违章建筑 违章搭建 违法搭建 违规搭建 违法建筑 违规建 乱搭乱建 私搭乱建 私建 加建 搭建 私改 防盗护窗 "
        "封阳台",
        subject={"dispute": 0.3, "service": 0.4},
        text={"dispute": 0.1, "service": 0.1},
    ),
    Group(
        "noisy-shop",
        "清吧 酒馆 网吧 足浴 茶楼 茶座 推理馆 大药房 喇叭 唱歌 住改商 饭店 餐馆 餐厅 餐饮店 餐饮 夜宵 夜宵摊 烧烤 "
        "烧烤店 KTV ktv 酒吧 麻将馆 麻将室 棋牌室 油烟 油烟味 油烟扰民 广场舞 音响 歌厅 超市 便利店 水果店 洗车店 "
        "快餐店 批发 早餐店 汽修店 棋牌 农家乐 宾馆",
        subject={"dispute": 1.0},
        text={"dispute": 0.4},
    ),
    Group(
        "building-site",
        "施工 动土 强行施工 工地 施工地 项目建设 打桩 挖机 建筑垃圾 夜间施工 凌晨施工 通宵施工 深夜施工 晚上施工 "
        "施工单位 施工方 施工噪音 施工扰民 施工作业 半夜施工 还在施工 仍在施工",
        subject={"dispute": 0.8},
        text={"dispute": 0.4},
    ),
    Group(
        "nuisance",
        "扰民 光污染 刺眼 废气 刺鼻 油漆味 震动 噪音 噪声 太吵 很吵 吵闹 异味 臭味 恶臭 熏天 污染 灰尘 粉尘 睡不着 "
        "无法入睡 影响休息 影响居民 影响生活",
        subject={"dispute": 0.2, "service": 0.2},
        text={"dispute": 0.1, "service": 0.1},
    ),
    Group(
        "village",
        "村委会 村委 村干部 村支书 村组 组长 村民小组 集体土地 集体用地 集体生活用地 农田 耕地 租地 承包 补偿款 "
        "征收款 青苗 生产安置 生活安置 安置房 安置小区 村集体 拆迁方 强拆 拆除房屋",
        subject={"dispute": 0.6, "service": 0.4},
        text={"dispute": 0.3, "service": 0.2},
    ),
    Group(
        "housing-estate",
        "停车场 入户门 架空层 会所 配套设施 楼盘配套 小区 花园 家园 佳园 公馆 公寓 新城 商品房 洋房 车位 地下车库 "
        "地下停车场 车库 业主们",
        subject={"dispute": 0.3},
        text={"dispute": 0.1},
    ),
    Group(
        "fruitless-talks",
        "协商 协商无果 多次协商 沟通 交涉 谈判 协调 调解 不理会 置之不理 拒绝 拒不 耍赖 耍无赖 赖皮 无赖 态度恶劣 "
        "不承认 承诺 答应 合法权益 受害 权益 血汗钱 黑心 无良 不合理 强制 强行 强迫 单方面",
        subject={"dispute": 0.6},
        text={"dispute": 0.5},
    ),
    Group(
        "family-quarrel",
        "离婚 婚姻 夫妻 前夫 前妻 丈夫 妻子 老公 老婆 公婆 婆婆 岳母 儿媳 女婿 继母 继父 子女 抚养 抚养费 抚养权 "
        "探视 赡养 赡养费 彩礼 嫁妆 退婚 婚约 继承 遗产 遗嘱 分家 析产 兄弟姐妹 兄弟 家庭矛盾 家庭纠纷 家务事 婚外情 "
        "出轨",
        subject={"dispute": 1.4},
        text={"dispute": 0.6},
    ),
    Group(
        "private-debt",
        "借钱 借款 欠条 借条 还钱 要债 债主 债务 民间借贷 担保人 合伙 合伙人 散伙 分账 货款 尾款 工程欠款 定作 "
        "转让费 酬金",
        subject={"dispute": 1.4},
        text={"dispute": 0.6},
    ),
    Group(
        "injury-claim",
        "医药费 医疗费 误工费 护理费 营养费 伤残 赔偿金 人身损害 损害赔偿 侵权 责任认定 交强险 剐蹭 肇事 定损 私了 "
        "弄坏 损坏 砸坏 撞坏 毁容 整容 医美 植牙 医疗纠纷 误诊 狗主人 不肯赔 不愿赔 不赔 赔钱 照价赔偿",
        subject={"dispute": 1.4},
        text={"dispute": 0.6},
    ),
    Group(
        "good-name",
        "名誉 名誉权 诽谤 造谣 侮辱 辱骂 谩骂 隐私 隐私权 肖像 肖像权 赔礼道歉",
        subject={"dispute": 1.2},
        text={"dispute": 0.5},
    ),
    Group(
        "boundary",
        "地界 界址 地基 屋基 滴水 通行权 相邻 山林 林地 林权 承包地 责任田 鱼塘 水塘 老宅 祖屋 祖宅 祖坟 坟地 晒场 "
        "争地 占地 占了我家 共用墙",
        subject={"dispute": 1.2},
        text={"dispute": 0.5},
    ),
    Group(
        "wants-mediation",
        "申请调解 请求调解 要求调解 希望调解 请人调解 想请人调解 请派人调解 帮忙调解 出面调解 调解一下 矛盾纠纷 "
        "民事纠纷 起纠纷 发生纠纷 闹矛盾 吵架 争吵 争执 评评理 讨个说法",
        subject={"dispute": 1.4},
        text={"dispute": 0.6},
    ),
    # Fraud
    Group(
        "fraud-scheme",
        "诈骗 集资诈骗 合同诈骗 电信诈骗 非法集资 集资 非法融资 融资 p2p P2P 网贷 车贷 出借人 投资人 受害人 "
        "投资平台 理财 理财产品 高息 高额利息 返利 高回报 资金盘 庞氏 爆雷 清盘 兑付 提现 不让提现 跑路 卷款 "
        "卷款潜逃 潜逃 假标 骗局 骗取 诱骗 被骗 骗子 行骗 骗钱 套路贷 校园贷 非法吸收 非法吸储 非吸 养老床位 "
        "预定床位 冒充 刷单 中奖 杀猪盘 假冒公检法 大宗商品 现货交易 虚拟币 养老公寓 资金链断裂 吸收存款 经侦 转账 "
        "汇款 会销 保健品 神药 投资理财 血本无归 私募",
        subject={"fraud": 2.4},
        text={"fraud": 0.9},
    ),
    # Crime and public order
    Group(
        "gambling-vice",
        "赌博 聚众赌博 赌场 赌钱 六合彩 老虎机 卖淫 嫖娼 色情 涉黄 黄赌毒 吸毒 贩毒 毒品 招嫖 藏污纳垢 传销 "
        "传销窝点 传销组织 治安 地痞 流氓 恶霸 赌资 庄家",
        subject={"incident": 2.8},
        text={"incident": 0.9},
    ),
    Group(
        "violence",
        "打人 殴打 打伤 打架 斗殴 打架斗殴 被打 群殴 行凶 持刀 砍伤 伤人 故意伤害 威胁 恐吓 绑架 抢劫 抢夺 强奸 "
        "猥亵 性骚扰 家暴 非法拘禁 拘禁 寻衅滋事 黑社会 涉黑 黑恶 恶势力 保护伞 保护费 收保护费 敲诈 敲诈勒索 勒索 "
        "刑事责任 尾随",
        subject={"incident": 2.6},
        text={"incident": 0.7},
    ),
    Group(
        "theft-order",
        "盗窃 被盗 小偷 偷窃 偷盗 偷电 盗用 入室 扒窃 飙车 炸街 炸隧道 围标 串标 挂靠 串通投标 陪标 假币 假钱 假证 "
        "泄露个人信息 流窜作案 作案 犯罪 违法犯罪 不法分子 非法经营 黑车 电鱼 盗采 盗伐 纵火 投毒 骗取中标 偷拍 "
        "寻人 失踪 偷走",
        subject={"incident": 2.6},
        text={"incident": 0.6},
    ),
    # Hazard
    Group(
        "hazard-word",
        "安全隐患 隐患 存隐患 消防隐患 火灾隐患 重大隐患 危险 很危险 事故隐患 生命安全 人身安全 坠落 坠物 高空坠物 "
        "高空抛物 触电 漏电 塌陷 塌方 坍塌 倒塌 垮塌 滑坡 危房 危墙 危楼 出事 以免 出人命 摔伤 摔倒 砸伤 砸到 "
        "隐患丛生 酿成",
        subject={"hazard": 1.8},
        text={"hazard": 0.7},
    ),
    Group(
        "fire-safety",
        "消防通道 消防栓 消火栓 消防设施 消防门 消防 逃生门 逃生 逃生通道 安全出口 灭火器 起火 着火 火灾 失火 易燃 "
        "易爆 飞线充电 充电桩起火 电动车充电 堵塞消防 占用消防",
        subject={"hazard": 1.5},
        text={"hazard": 0.5},
    ),
    Group(
        "dangerous-thing",
        "电梯 电梯故障 电梯坏 停运至今 困人 关人 电线 电缆 高压线 高压电 裸露 变压器 井盖 窨井盖 沙井盖 坑洼 "
        "路面破损 路面塌陷 护栏 栏杆 燃气泄漏 煤气泄漏 漏气 煤气味 流浪狗 恶犬 咬伤 狗咬 烈性犬 松动 脱落 深坑 大坑 "
        "断裂 追尾 护坡 山体 围墙倒 逆行 玻璃幕墙 私拉电线 乱拉电线 临时电线 电表箱 液化气瓶 化学品 危化品",
        subject={"hazard": 1.7},
        text={"hazard": 0.6},
    ),
    # Enquiry
    Group(
        "asking",
        "请问 问问 想知道 想打听 打听 有何依据 有什么规划 有何规划 咨询 想咨询 询问 想问 想问下 问一下 想了解 "
        "了解一下 请教 求问 求解答 是否可以 可以吗 行吗 能不能办 怎么办理 如何办理 怎样办理 怎么申请 如何申请 "
        "如何查询 如何补办 需要什么 需要哪些 哪些材料 什么条件 什么手续 符合条件吗 是否符合 是否属于 是否需要 "
        "有什么要求 是什么 多少钱 怎么算 如何计算 怎么界定 如何界定 什么政策 有没有政策 相关政策 具体政策 疑问 "
        "如何落户 怎么落户 解答",
        subject={"enquiry": 2.0},
        text={"enquiry": 0.7},
    ),
    Group(
        "when",
        "何时 什么时候 什么时间 何时能 多久 几时 哪天 何年 时间表 何时开 什么时候才能 啥时候 何时启动 预计 "
        "计划什么时候",
        subject={"enquiry": 1.8},
        text={"enquiry": 0.6},
    ),
    Group(
        "eligibility",
        "户口 落户 迁移 户籍 居住证 身份证 人才新政 人才 购房补贴 补贴 公积金 社保 医保 养老金 低保 资格 资格证 "
        "证明 报名 报考 转业 退伍 随军 生育 准生证 学籍 申报 申请 审核 查询 补办 缴纳 报销 限购 购房资格 二套房 "
        "首套房 上牌 驾照 驾驶证 办理 编制 招聘 健康卡 入学 幼升小 小升初 中考 高考 成绩 普惠性",
        subject={"enquiry": 0.8},
        text={"enquiry": 0.4},
    ),
    Group(
        "project-progress",
        "停工 断断续续 复工 动工 开工 完工 竣工 通车 拉通 打通 开通 启动 投入使用 开学 建好 建成 开建 开课 运营 "
        "上线 进展 进度 建设计划 规划建设 拆迁 棚改 征收 拓改 工期 规划 发展规划 规划情况 建设情况 修建 选址 公示",
        subject={"enquiry": 0.4, "service": 0.2},
        text={"enquiry": 0.3, "service": 0.1},
    ),
    # Service of public bodies
    Group(
        "public-transport",
        "公交 公交车 号线 城铁 机场 高铁 巴士 公汽 公交线路 公交站 公交公司 公交卡 地铁 地铁站 轻轨 班车 站台 停靠 "
        "线路 区间车 停运 首末班 发车 司机 出租车 火车站 汽车站 车站 地铁施工 站点 轨道交通 共享单车 高铁站 换乘",
        subject={"service": 1.2},
        text={"service": 0.5},
    ),
    Group(
        "roads",
        "道路 马路 公路 车道 行车 车流 人流 村道 泥巴路 信号灯 收费站 匝道 立交 互通 大货 路面 路灯 红绿灯 斑马线 "
        "照明 光线太暗 人行道 人行横道 天桥 过街天桥 人行天桥 地下通道 隧道 高架 高速 高速公路 堵车 拥堵 交通拥堵 "
        "乱停车 违停 乱停乱放 停车难 停车位 摄像头 减速带 绿化带 硬化 沥青 铺路 修路 断头路 水泥路 下水道 排水 管网 "
        "内涝 污水 围挡 渣土车 货车 大货车 快速路 僵尸车 出行 交通 桥梁 快速通道 路口 护栏缺失",
        subject={"service": 1.0},
        text={"service": 0.4},
    ),
    Group(
        "utilities",
        "自来水 停水 供水 水压 水质 无水可用 停电 供电 电力公司 断电 燃气公司 天然气 通气 网络信号 信号 宽带 基站 "
        "路灯不亮 供暖 自来水公司 供水公司 二次供水 水费 电费",
        subject={"service": 1.0},
        text={"service": 0.3},
    ),
    Group(
        "public-school",
        "幼儿园 小学 中学 学校 学区 学位 教育局 招生 老师 教师 补课 校服 食堂 学生 入园 小班 课后服务 考试 大学 "
        "学院 职业技术学院 研究生 实习 公办 义务教育 配套学校 配套幼儿园 家长 校车 奖学金 助学金 校园 高中 初中",
        subject={"service": 0.8},
        text={"service": 0.3},
    ),
    Group(
        "health-care",
        "医院 医生 看病 住院 门诊 挂号 卫生院 药店 疫苗 救护车 卫健委 医疗 检查费",
        subject={"service": 0.7},
        text={"service": 0.2},
    ),
    Group(
        "public-body",
        "政府部门 消协 窗口单位 服务态度 红头文件 街道办 街道办事处 社区居委会 居委会 住建局 住建委 规划局 国土局 "
        "城管 城管局 城管执法 交警 交警队 派出所 公安局 公安 法院 工商局 市场监管 食药监 环保局 税务局 社保局 "
        "人社局 民政局 交通局 发改委 财政局 供销社 车管所 信访 信访局 纪委 检察院 市委市政府 政务中心 办事处 管委会 "
        "事业单位 公务员 工作人员 执法人员 窗口 热线 电视台 收费员 镇政府 乡政府 县政府 区政府 消防大队 房管局 "
        "教育厅 自然资源",
        subject={"service": 1.0},
        text={"service": 0.2},
    ),
    Group(
        "inaction",
        "不作为 懒政 推诿 推诿扯皮 扯皮 踢皮球 无人管 没人管 无人问津 无人监管 无人处理 监管 管管 谁来管 谁管 放任 "
        "执法 整治 治理 取缔 查处 庇护 包庇 行政 答复 回复 公开 公示结果 调查结果 信息公开 反映多次 多次反映 办事难 "
        "不受理 不予立案 无法立案 判决 不公平 不公正 政绩 形同虚设 没人接",
        subject={"service": 1.0},
        text={"service": 0.3},
    ),
    Group(
        "street-order",
        "摆摊 摊贩 小摊贩 流动摊 占道 占道经营 流动摊位 夜市 马路市场 菜市场 农贸市场 市场 广告 小广告 牛皮癣 垃圾 "
        "垃圾站 垃圾楼 垃圾桶 垃圾场 垃圾中转站 脏乱差 杂草 杂草丛生 环境恶劣 焚烧 烟尘 绿化 公园 公厕 厕所 烂尾 "
        "养狗 狗屎 遛狗 流浪人员 乞讨 路边 扬尘 渣土 黑臭 河道 树木 飘絮",
        subject={"service": 0.7},
        text={"service": 0.2},
    ),
    Group(
        "industrial-plant",
        "搅拌站 搅拌厂 混凝土搅拌 水泥厂 采石场 砂石场 砂石厂 热电厂 电厂 化工厂 养殖场 焚烧厂 沥青站 加油站 砖厂 "
        "排污 变电站 高压走廊 架空线 殡仪馆 高压电线杆 基站辐射",
        subject={"service": 1.6},
        text={"service": 0.6},
    ),
    Group(
        "request-to-act",
        "请求 请求解决 恳请 请解决 请尽快 希望能 希望 尽快 尽快解决 尽早 早日 落实 增设 增加 延伸 设置 安装 调整 "
        "恢复 加装 纳入 推进 加快 取消 修复 维修 急需 亟需 亟待 拆除 制止 解决",
        subject={"service": 0.6},
        text={"service": 0.2},
    ),
    Group(
        "land-compensation",
        "征地 征地补偿 征地拆迁 拆迁户 拆迁补偿 补偿 补偿标准 失地农民 安置 安置政策 拆违 重建地",
        subject={"service": 0.5},
        text={"service": 0.2},
    ),
    # General ideas and praise
    Group(
        "suggesting",
        "建议 几点建议 提议 提个建议 设想 意见和建议 的建议 的看法 的思考 办法 期盼",
        subject={"other": 0.6, "service": 0.4},
        text={"other": 0.3, "service": 0.2},
    ),
    Group(
        "general-good",
        "打造 名片 大背景 国家大力倡导 城市创建 创建 步伐 旅游 生态旅游 红色旅游 旅游区 文化 经济发展 城市发展 带动 "
        "发展迅猛 提升 优化 放宽 全覆盖 推广 普及 借鉴 人口发展 招商引资 智能制造 高质量 国际化 省会 省会城市 全市 "
        "全省 市民的 我市 全国 战略 产业 人口迅猛 演出 相比 落后 承受能力 听证 统一规范 中心城市 周边省会 老百姓的",
        subject={"other": 1.2},
        text={"other": 0.5},
    ),
    Group(
        "praise",
        "点赞 感谢 表扬 致谢 感恩 锦旗 值得肯定 为您点赞 辛苦了 拾金不昧 好人好事",
        subject={"other": 1.6},
        text={"other": 0.1},
    ),
    # The tone of a complaint
    Group(
        "complaining",
        "投诉 举报 控诉 控告 状告 声讨 反映 揭露 严惩 质疑 强烈要求 求解决 曝光",
        subject={"dispute": 0.4, "service": 0.3, "incident": 0.3, "enquiry": -0.8, "other": -0.8},
        text={"dispute": 0.1, "enquiry": -0.3, "other": -0.4},
    ),
    Group(
        "indignation",
        "停车费 严重 违规 违法 非法 乱收费 乱收 乱涨 不合法 恶意 擅自 私自 侵犯 剥夺 侵害 坑人 无故 暗箱操作 侵吞 "
        "私藏 愤怒 痛心 欺负 欺压 歧视 恶劣",
        subject={"dispute": 0.3, "enquiry": -0.6, "other": -0.6},
        text={"dispute": 0.1, "enquiry": -0.4, "other": -0.3},
    ),
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern("subject-asks", "subject", re.compile(r"[吗呢嘛么][？?]?\s*$|[？?]\s*$"), {"enquiry": 1.2}),
    Pattern("opens-with-asking", "text", re.compile(r"^.{0,20}?(?:请问|咨询|想问|想了解|询问)"), {"enquiry": 0.9}),
    Pattern("text-asks", "text", re.compile(r"[吗呢][？?]|是否|能否"), {"enquiry": 0.4}),
    Pattern("ends-asking", "text", re.compile(r"[？?][^。！!？?]{0,12}$"), {"enquiry": 0.6}),
    Pattern(
        "subject-wishes", "subject", re.compile(r"^(?:请(?!问)|希望|望|盼|恳请|请求|强烈呼吁|求)"), {"service": 0.5}
    ),
    Pattern("subject-suggests", "subject", re.compile(r"^(?:关于)?.{0,4}建议|建议$"), {"service": 0.3, "other": 0.2}),
    Pattern(
        "subject-reproaches",
        "subject",
        re.compile(r"为什么|凭什么|谁来管|谁管|难道|何时休|怎么还|怎么又|天理|有没有人管|管一下|管一管"),
        {"service": 0.5, "enquiry": -0.5},
    ),
    Pattern("subject-enquires", "subject", re.compile(r"^(?:咨询|询问|请问)|咨询$|政策$"), {"enquiry": 1.0}),
    Pattern(
        "exact-place",
        "subject",
        re.compile(
            r"[0-9一二三四五六七八九十]+(?:栋|期|单元|号楼|座|楼|号)|小区|社区|(?<!快速)(?<!铁)路|[街村镇站]|以[东西南北]|附近|旁|门口"
        ),
        {"other": -0.8},
    ),
    Pattern(
        "one-shop-or-house",
        "subject",
        re.compile(r"[0-9一二三四五六七八九十]+(?:栋|单元|号楼|座|楼)|[店馆吧铺](?:的|[^内外])"),
        {"dispute": 0.5},
    ),
)

OPENING: Final[re.Pattern[str]] = re.compile(r"[^。！？!?\n]{0,40}[！？!?]?")  # stands in for a subject

# Two groups that say more together than apart, wherever in the message each of them stands.
PAIRS: Final[tuple[tuple[str, str, Leaning], ...]] = (
    ("noisy-shop", "nuisance", {"dispute": 0.8}),
    ("building-site", "nuisance", {"dispute": 0.8}),
    ("public-transport", "nuisance", {"service": 0.6}),
    ("roads", "nuisance", {"service": 0.6}),
    ("industrial-plant", "nuisance", {"service": 0.6}),
    ("public-transport", "building-site", {"service": 0.8}),
    ("roads", "building-site", {"service": 0.3}),
    ("housing-estate", "building-site", {"dispute": 0.4}),
    ("property-manager", "street-order", {"dispute": 0.6}),
    ("property-manager", "inaction", {"dispute": 0.4}),
    ("employer", "company", {"dispute": 0.5}),
    ("street-order", "inaction", {"service": 0.5}),
    ("illegal-building", "inaction", {"service": 0.6}),
    ("money-back", "company", {"dispute": 0.4}),
    ("money-back", "private-school", {"dispute": 0.6}),
    ("property-manager", "owners", {"dispute": 0.5}),
    ("developer", "owners", {"dispute": 0.5}),
    ("developer", "bought-home", {"dispute": 0.5}),
    ("bad-building", "owners", {"dispute": 0.5}),
    ("employer", "money-back", {"dispute": 0.6}),
    ("asking", "eligibility", {"enquiry": 0.6}),
    ("when", "project-progress", {"enquiry": 0.6}),
    ("public-school", "public-body", {"service": 0.5}),
    ("suggesting", "roads", {"service": 0.5}),
    ("suggesting", "public-transport", {"service": 0.5}),
    ("general-good", "request-to-act", {"other": 0.4}),
    ("hazard-word", "request-to-act", {"service": 0.3}),
)

# Danger to life: happening or threatened, not feared. What stands close before or after may take a word back.
DANGER: Final[str] = (
    "着火 着火了 起火 起火了 失火 大火 火势 浓烟滚滚 冒浓烟 爆炸 煤气泄漏 燃气泄漏 天然气泄漏 煤气泄露 燃气泄露 "
    "天然气泄露 煤气漏气 燃气漏气 天然气漏气 煤气管道漏气 燃气管道漏气 管道漏气 煤气味 燃气味 天然气味 一氧化碳 "
    "煤气中毒 毒气 持刀 拿刀 拿着刀 拿着菜刀 动刀 砍人 砍伤 砍死 捅人 捅伤 捅死 枪击 持枪 行凶 杀人 杀了他 杀了她 "
    "杀了我 要杀我 杀死 打死 弄死 同归于尽 绑架 劫持 挟持 投毒 纵火 强奸 非法拘禁 往死里打 家暴 自杀 轻生 跳楼 跳河 "
    "跳桥 跳江 割腕 上吊 喝农药 喝了农药 服毒 不想活 活不下去 寻短见 自残 自焚 了断 结束生命 遗书 爬出窗外 站在楼顶 "
    "坠楼 坠亡 坠落受伤 掉下来 掉下去 摔下来 摔下去 落水 溺水 掉进 掉入 被困 困在 电梯困人 被埋 触电 被电击 昏迷 "
    "昏倒 晕倒 没有呼吸 没呼吸 停止呼吸 大出血 流血不止 生命垂危 救命 心脏骤停 中毒 倒地不起 塌了 倒塌了 坍塌了 "
    "垮塌了 走失 孩子失踪 小孩失踪 老人失踪"
)
NO_DANGER: Final[str] = (  # longer words in which one of the above lies by chance or as a figure of speech
    "重大火灾 大火灾 贫困人口 贫困人 了断头路 了断头 了断了 扼杀了我 扼杀 救命稻草 救命钱 救命的钱 救命通道 "
    "救命消防通道 大爆炸的时代 信息爆炸 信息大爆炸 价格爆炸 大爆炸时代 道德绑架 绑架消费 绑架业主 绑架客户 困在家 "
    "困在外 被困扰 大火车 反家暴 被困惑 食物中毒"
)
DANGER_TAKEN_BACK_BEFORE: Final[re.Pattern[str]] = re.compile(
    r"(?:一旦|万一|如果|假如|要是|倘若|若|以免|避免|免得|防止|防|预防|防范|谨防|容易|易|可能|会|担心|害怕|恐怕|生怕|怕|未|没有|没|无|不是|"
    r"曾|曾经|去年|前年|当年|年前|以前|历史|关于|是否|什么|难道|等到|等|非要|非得|哪天|导致|引发|引起|差点|险些|仿佛|好像|随时|存在|"
    r"巨大|电影|新闻)[^，。！？；,!?;\s]{0,6}$"
)
DANGER_NOW_BEFORE: Final[re.Pattern[str]] = re.compile(
    r"(?:现在|正在|正|刚刚|刚才|已经|已|有人|马上|快来|快|目前|今天|今晚|昨晚|说|要)[^，。！？；,!?;]{0,6}$"
)
DANGER_TAKEN_BACK_AFTER: Final[re.Pattern[str]] = re.compile(
    r"^(?:灾|[、和]?[^，。！？；]{0,4}(?:隐患|风险|危险|可能|案例)|事故|案|罪|险|演练|知识|预防|防范|应急|预案|保险|报警器|探测器|宣传|怎么办|的话|的可能|的危险|的事|问题|"
    r"性|物|品|工程|式|贷|的?陷阱|的?电话|系统|公司|处罚)"
)
