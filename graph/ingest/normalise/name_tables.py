"""Word tables of names: surnames, honorifics, titles, and words that are no names."""

from __future__ import annotations

from typing import Final

from graph.ingest.normalise.values import words

COMPOUND_SURNAMES: Final = words("""
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔
    申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正
    宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山
    公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 完颜 叶赫
    那拉 爱新 觉罗 司馬 歐陽 諸葛 東方 남궁 황보 제갈 선우 독고
""")
"""Two characters that are one surname, Chinese and Korean."""

COMMON_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    "武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮"
    "柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉"
    "缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑"
    "郎甄丛仲虞敖巩明佘池查麻苑迟邝張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒閻賀顧龔萬錢嚴"
    "湯龐顏莊聶魯關蘭寧紀單畢駱藍饒"
)
"""The surnames of some 97 % of Chinese people, one character each."""

LONG_HONORIFICS: Final = tuple(
    sorted(
        words("""
        董事长 总经理 副总裁 先生 女士 小姐 太太 夫人 师傅 老师 经理 总监 主任 医生 教授 老板 同学 同志 大哥
        大姐 阿姨 叔叔 局长 处长 科长 校长 律师 总裁 工程师 小姐姐 小哥
        """),
        key=lambda word: (-len(word), word),
    )
)
"""Longest first: 总经理 before 经理."""
SHORT_HONORIFICS: Final = frozenset("总董哥姐叔姨工")
"""Honorifics of one character: only behind a bare surname (李总), since names end in them too."""

FAMILIAR: Final = frozenset("小老")
NICKNAME: Final = frozenset("阿大")

COMPANY_WORDS: Final = words("公司 集团 有限 医院 学校 银行 工厂 商行 经销 4s店 4S店")

TITLES: Final = words("""
    mr mister mrs missus ms miss mx dr prof professor sir madam madame mme mlle monsieur herr frau fraulein
    signor signora sig sra srta senor senora dhr mevr ing dipling rev hon
""")
CREDENTIALS: Final = words("phd md mba esq cpa dds jd msc bsc")
GENERATIONS: Final = words("jr sr junior senior ii iii iv")
"""Kept in the comparison form: a father and his son may differ by nothing else."""

PARTICLES: Final = words("""
    van von der den de del della di da dos das du la le lo ten ter zu zum zur af av bin ibn al el o
""")
"""Words that begin a surname when they stand before the last word."""

NO_NAMES: Final = words("""
    customer client user member name firstname lastname first last fullname full surname given family mr mrs
    anonymous visitor guest unknown test tester testing none null nan undefined na nobody noname demo sample
    dummy wechat weixin douyin me myself sir madam owner lead prospect
    客户 顾客 用户 微信用户 抖音用户 小红书用户 会员 车主 潜客 新客户 老客户 匿名用户 匿名 姓名 名字 无名
    无名氏 不详 未知 测试 测试用户 先生 女士 小姐 太太 师傅 老师 经理 老板 朋友 本人 试驾客户 意向客户
    游客 访客 无 暂无 没有 保密 某某 默认 未填写 未命名
""")
"""Words, and the only words, of names that are none. Compared case-folded."""
