"""Name tables of matching: traditional characters in names, and Latin short forms."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_TRADITIONAL: Final = (
    "張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒閻賀顧龔萬錢嚴湯龐顏莊聶魯關蘭寧紀單畢駱藍饒"
    "國華軍偉麗強靜傑濤勇輝鵬飛龍鳳雲蓮榮貴寶慶燕瓊艷紅曉東亞學業興發達遠進義禮賢聖聰穎瑩潔嬌婭嫻妍鑫銀"
    "鐵鋒銳鋼錦鈴鳴勝勵勛動務協衛衝補裕豐贊贏輪輕載頌領頻題顯願馨駿騰驊齊歡歲澤濱灝燁爍獻瑋璽瑤環瓏畫"
    "異禎稱穩競筆節範純紹終絢綠維綱緒練縱總績織繼續羅義習聯肅臨舉艾蔣薩藝蘆衡覺觀訓設誠詩話誌語論諾謙"
    "講識譯讓賦賜賽軒邁運選遙邁鄉醫釗鎮長門開閔閱陽陰隆際隨雋雙電霽靈韻順頤風飄養駒驍魚鴻鵑鷗鶴黨齡倫個"
    "億優會傳備傲價儀儉優兒冊凱剛創劍勞區參嘉喬單圓堅塗壽夢奮婁嬋孫宮實寬審專將尋對導屆層嶺嶽帥師帶幹"
    "庫廣廳張強彈彥從復徵德憶應懷戀戰揚換撫擁據攝擴敏數斌時晉暉曄曠書會條東林楓榆標樂樹橋機檸權歐歷殷"
)
_SIMPLE: Final = (
    "张刘陈杨黄赵吴孙马郑谢许韩冯邓萧叶苏吕卢钟谭陆贾韦邹阎贺顾龚万钱严汤庞颜庄聂鲁关兰宁纪单毕骆蓝饶"
    "国华军伟丽强静杰涛勇辉鹏飞龙凤云莲荣贵宝庆燕琼艳红晓东亚学业兴发达远进义礼贤圣聪颖莹洁娇娅娴妍鑫银"
    "铁锋锐钢锦铃鸣胜励勋动务协卫冲补裕丰赞赢轮轻载颂领频题显愿馨骏腾骅齐欢岁泽滨灏烨烁献玮玺瑶环珑画"
    "异祯称稳竞笔节范纯绍终绚绿维纲绪练纵总绩织继续罗义习联肃临举艾蒋萨艺芦衡觉观训设诚诗话志语论诺谦"
    "讲识译让赋赐赛轩迈运选遥迈乡医钊镇长门开闵阅阳阴隆际随隽双电霁灵韵顺颐风飘养驹骁鱼鸿鹃鸥鹤党龄伦个"
    "亿优会传备傲价仪俭优儿册凯刚创剑劳区参嘉乔单圆坚涂寿梦奋娄婵孙宫实宽审专将寻对导届层岭岳帅师带干"
    "库广厅张强弹彦从复征德忆应怀恋战扬换抚拥据摄扩敏数斌时晋晖晔旷书会条东林枫榆标乐树桥机柠权欧历殷"
)
SIMPLIFIED: Final = MappingProxyType(str.maketrans(_TRADITIONAL, _SIMPLE))
"""For `str.translate`: characters common in names, traditional to simplified. The rest agree by their sound."""

_SHORT_FORMS: Final = """
    william bill billy will willie liam; robert bob bobby rob robbie bert; richard dick rick ricky rich
    james jim jimmy jamie; john jack johnny jon; jonathan jonny; joseph joe joey jos; charles charlie chas chuck
    thomas tom tommy thos; edward ed eddie ted ned; henry harry hal hank; george geo; michael mike mick mickey
    david dave davy; daniel dan danny; matthew matt; andrew andy drew; anthony tony; alexander alex sandy sasha
    christopher chris kit; nicholas nick nicky; stephen steve steven stevie; peter pete; philip phil phillip
    benjamin ben benny; samuel sam sammy; frederick fred freddie; francis frank; alfred alf; albert al
    ronald ron ronnie; donald don; kenneth ken kenny; lawrence larry laurie laurence; gerald gerry; gregory greg
    timothy tim; patrick pat paddy; raymond ray; walter wally walt; arthur art; ernest ernie; leonard len leo
    zachary zach zac zack; joshua josh; jacob jake; nathaniel nathan nate; theodore theo; augustus gus
    elizabeth liz lizzie beth betty bess eliza elsie libby lisa; margaret maggie meg peggy madge greta rita
    mary molly polly mae; catherine kate katie cathy kathy katherine kathryn kitty; ann anne annie nan anna nancy
    susan sue susie suzanne; sarah sally sara sadie; jane jenny janet; jennifer jen jenna; helen nell nellie ellen
    eleanor nora ellie; dorothy dot dolly; rebecca becky becca; victoria vicky tori; barbara babs barb; deborah deb
    debbie; patricia patty trish tricia; pamela pam; christine tina chrissie christina; alice allie; amelia milly
    emily emmy; isabella bella isabel izzy; abigail abby gail; samantha sammie; caroline carrie carol; charlotte
    lottie; harriet hattie; frances fanny fran; florence flo florrie; edith edie; martha mattie patsy; agnes aggie
    wilhelmina minnie mina; henrietta hettie etta; josephine josie jo; jacqueline jackie; georgina georgie gina
    francisco paco pancho; jose pepe; maria mia; alejandro ale; johannes hans johann; giuseppe beppe
    aleksandr sascha; ekaterina katya; dmitri dima; mikhail misha; ivan vanya; vladimir vova
"""


def _roots() -> dict[str, str]:
    roots: dict[str, str] = {}
    for line in _SHORT_FORMS.replace("\n", ";").split(";"):
        root, *forms = line.split() or [""]
        for form in forms:
            roots.setdefault(form, root)
    return roots


NICKNAMES: Final = MappingProxyType(_roots())
"""Short form to the name it stands for; our own table, names of Europe."""
