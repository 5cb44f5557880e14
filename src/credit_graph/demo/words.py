"""What an invented city is made of: names, streets, trades. Frequencies of names are those of the country [recalled].

Nothing here is of a real person or firm: names are drawn from the lists, one part independently of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PROVINCE = "甘肃省"
CITY = "庆原市"
CITY_CODE = "621000"

# the invented districts under codes that exist, their share of the firms in percent, and their offices (市场监管所)
DISTRICTS: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "621002": ("西原区", 34, ("南街", "北街", "西街", "后官", "彭塬", "董塬", "高新区")),
    "621021": ("东川县", 14, ("城关", "驿马", "玄马", "三十里铺")),
    "621022": ("北岭县", 9, ("城关", "曲子", "木钵", "洪德")),
    "621023": ("华川县", 6, ("城关", "悦乐", "南梁")),
    "621024": ("合源县", 6, ("城关", "老城", "太白")),
    "621025": ("正安县", 8, ("城关", "宫河", "榆林子")),
    "621026": ("宁川县", 12, ("城关", "和盛", "早胜", "长庆桥")),
    "621027": ("镇塬县", 11, ("城关", "屯字", "平泉", "孟坝")),
}
STREETS = (
    "南大街 北大街 安定路 长庆路 兰州路 世纪大道 九龙路 解放路 陇东大道 庆城路 西环路 文化街 建设路 朔州路 东风路"
).split()
ESTATES = (
    "陇东大厦 金港名都 世纪花园 华泰广场 祥和家园 长庆小区 凤凰城 天富亿 北湖嘉苑 盛世佳苑 兰馨苑 东方丽晶".split()
)

# the hundred commonest surnames in their order; together 85 in 100 people
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_FIRST_SHARES = (7.25, 7.19, 6.83, 5.38, 4.53, 3.08, 2.29, 2.23, 2.12, 2.05, 1.67, 1.54, 1.31, 1.26, 1.21, 1.18, 1.17)
_RARE = (
    "欧阳 上官 司马 慕容 豆 蒲 雒 苟 把 脱 俄 折 慕 麻 "
    "巩 俱 祁 权 闫 辛 樊 兰 俞 牛 柴 焦 鲁 米 "
    "车 左 党 燕 闵 冉 席 屈 齐 童 单 滕"
).split()
_RARE += (
    "柳 岳 申 章 鲍 安 倪 严 温 季 骆 路 尚 凌 霍 龙 华 祝 庞 颜 关 聂 包 裴 甄 曲 翁 游 解 邢 耿 饶 翟 管 葛 舒 盛"
).split()

# given names with their share in 100,000 people; with the surnames above 张伟 is two in 10,000
_GIVEN_SINGLE = (
    "伟300 芳265 娜236 敏240 静242 丽232 强222 磊210 军208 洋200 "
    "勇202 艳200 杰192 娟188 涛190 明180 超178 兰150 霞162 "
    "平150 刚152 玲146 辉138 鹏136 华130 红128 飞126 波126 斌124 "
    "燕124 丹118 俊110 宇108 浩108 鑫104 凯100 健98 林96 亮96 "
    "梅94 琴94 云92 帅90 峰90 萍88 颖86 雪84 慧82 婷82 倩80 莉78 "
    "东76 宁74 龙72 洁70 欢66 博66 欣64 阳64 旭62 斐20 恒30 "
    "晨60 毅56 虎52 凤50 坤48 锋48 雷46 彬46 蕾44 莹44 琳44 瑞42 "
    "晶42 璐40 岩40 昊40 乐38 楠38 蓉36 菲36 瑶34 冰32 妍30"
).split()
_GIVEN_DOUBLE = (
    "秀英240 桂英150 玉兰132 桂兰130 建华120 秀兰120 建国110 志强110 "
    "淑珍90 秀珍90 玉梅84 建军84 海燕80 凤英80 玉珍78 玉英96 "
    "文军40 小平64 丽华60 志明64 建平62 国强60 海军58 春梅56 丽娟56 "
    "晓东54 晓燕54 雪梅52 建明50 志刚50 子涵60 浩然56 梓涵50 "
    "欣怡50 雨欣44 子轩54 宇轩48 俊杰60 婷婷70 丹丹60 莉莉44 小红48 "
    "春花30 国庆36 永红30 满仓4 巧玲22 彩霞36 金凤30 德胜20"
).split()
_FIRST = (
    "建志文国晓小海玉春永明俊子雨思佳家天宏立金秀红丽淑桂德世向新振学光大正东成庆祥长浩宇梓欣嘉一若亚爱云雪艳瑞凤锦巧"
)
_SECOND = (
    "华强军明平英兰芳梅珍霞玲红琴娟萍东林龙辉峰斌波涛鹏飞亮杰勇刚民"
    "生成义文武山海江河涵轩怡然琪博瑶欣妍宁安康福贵财宝才忠孝仁礼信"
)

# characters of firms' own names (字号)
BRAND = (
    "鑫源盛华泰祥瑞丰达通恒信宏远诚兴隆昌顺和安康美佳嘉天地金银玉宝龙凤海江山川东西南北中正大长永久春秋明亮光辉"
    "新锐创智慧博雅文德仁义礼智聚汇联合众力腾飞翔宇星辰晨阳云雨雪梅兰竹菊松柏林森水清泉润泽沃田禾谷香味鲜甜"
)
HOUSE_WORDS = (
    "阿兰 老街 好再来 顺心 鑫源 惠民 小城 福满 "
    "新时代 家和 四季 东升 远航 美佳 大众 百姓 "
    "清泉 陇上 兴旺 如意 老地方 幸福 聚友 乡味"
).split()
OTHER_CITIES = "上海 北京 西安 兰州 深圳 杭州 成都 宁波".split()


@dataclass(frozen=True)
class Trade:
    """A line of business: industry of GB/T 4754-2017, scope, words in names, weight among firms and among shops."""

    industry: str
    code: str
    scope: str
    word: str
    shop: str
    firms: int
    shops: int
    food: bool = False
    polluting: bool = False
    lax: float = 0.0  # how much less likely a report is filed: real estate and construction are the worst


TRADES = (
    Trade("建材批发", "5165", "建筑材料、装饰材料销售", "建材", "建材店", 9, 5),
    Trade("房地产开发经营", "7010", "房地产开发经营；房屋租赁", "置业", "", 4, 0, lax=0.7),
    Trade("物业管理", "7020", "物业管理；停车场服务", "物业服务", "", 3, 0),
    Trade("投资与资产管理", "7212", "以自有资金从事投资活动；企业管理咨询", "投资", "", 2, 0),
    Trade("道路货物运输", "5430", "普通货物道路运输；仓储服务", "物流", "货运部", 6, 5),
    Trade("其他综合零售", "5219", "日用百货、办公用品销售", "商贸", "百货店", 16, 9),
    Trade("其他食品批发", "5129", "预包装食品销售；粮油加工", "食品", "粮油店", 6, 6, food=True),
    Trade("西药零售", "5251", "药品零售；医疗器械销售", "医药", "药店", 3, 2),
    Trade("应用软件开发", "6513", "软件开发；信息系统集成服务", "科技", "", 8, 0),
    Trade("正餐服务", "6210", "餐饮服务", "餐饮管理", "面馆", 4, 13, food=True),
    Trade("理发及美容服务", "8040", "理发服务；生活美容服务", "美容", "理发店", 1, 6),
    Trade("便利店零售", "5213", "日用百货、烟草制品、食品零售", "超市", "便利店", 2, 13, food=True),
    Trade("汽车修理与维护", "8111", "机动车修理和维护", "汽车服务", "汽修部", 3, 4),
    Trade("牛的饲养", "0311", "肉牛养殖；饲草种植", "养殖", "养殖场", 3, 2),
    Trade("住宅房屋建筑", "4710", "房屋建筑工程施工；建筑劳务分包", "建筑工程", "", 8, 0, lax=0.7),
    Trade("公共建筑装饰和装修", "5011", "室内外装饰装修工程设计、施工", "装饰工程", "装饰部", 5, 2, lax=0.3),
    Trade("其他未列明商务服务业", "7299", "商务信息咨询；会议及展览服务", "商务服务", "服务部", 6, 4),
    Trade("其他广告服务", "7259", "广告设计、制作、代理、发布", "文化传媒", "图文店", 5, 2),
    Trade("服装零售", "5232", "服装、鞋帽、针纺织品零售", "服饰", "服装店", 1, 9),
    Trade("果品、蔬菜零售", "5223", "新鲜水果、蔬菜零售", "农产品", "水果店", 1, 7, food=True),
    Trade("粘土砖瓦及建筑砌块制造", "3031", "砖、瓦、水泥制品制造、销售", "新型建材", "", 2, 0, polluting=True),
    Trade("糕点、面包制造", "1411", "糕点制造、销售", "糕点", "蛋糕店", 1, 3, food=True),
    Trade("肉制品及副产品加工", "1353", "肉制品加工、销售", "肉业", "熟食店", 1, 2, food=True, polluting=True),
    Trade(
        "石油和天然气开采专业及辅助性活动",
        "1120",
        "油田技术服务；石油钻采设备维修",
        "石油技术服务",
        "",
        3,
        0,
        polluting=True,
    ),
    Trade("五金零售", "5281", "五金交电、水暖器材零售", "五金", "五金店", 1, 6),
)


def surnames() -> tuple[list[str], npt.NDArray[np.float64]]:
    """The surnames and their probabilities."""
    tail = np.geomspace(0.85, 0.15, len(SURNAMES) - len(_FIRST_SHARES))
    shares = np.concatenate([_FIRST_SHARES, tail])
    rare = np.geomspace(3, 0.5, len(_RARE))
    shares = np.concatenate([shares, rare / rare.sum() * (100 - shares.sum())])
    return [*SURNAMES, *_RARE], shares / shares.sum()


def given_names() -> tuple[list[str], npt.NDArray[np.float64]]:
    """The given names and their probabilities: common ones as they are, the rest combined of two characters."""
    common = [_split(word) for word in (*_GIVEN_SINGLE, *_GIVEN_DOUBLE)]
    names = [name for name, _ in common]
    shares = [share / 100_000 for _, share in common]
    known = set(names)
    first = np.geomspace(8, 1, len(_FIRST))
    second = np.geomspace(6, 1, len(_SECOND))
    combined = [
        (a + b, float(first[i] * second[j]))
        for i, a in enumerate(_FIRST)
        for j, b in enumerate(_SECOND)
        if a != b and a + b not in known
    ]
    rest = 1 - sum(shares)
    total = sum(weight for _, weight in combined)
    names += [name for name, _ in combined]
    shares += [weight / total * rest for _, weight in combined]
    probabilities = np.array(shares)
    return names, probabilities / probabilities.sum()


def _split(word: str) -> tuple[str, int]:
    name = word.rstrip("0123456789")
    return name, int(word[len(name) :])
