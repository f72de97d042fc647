"""Names as lists write them: one spelling for comparing, and how they sound.

More is folded here than for looking up (`core/people/normal`): a clerk who types a name means its characters, but a
list copied by hand may have the traditional form, a variant or one that looks the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bihuan.core.people.normal import normal_name
from bihuan.core.people.pinyin import COMPOUND_SURNAMES, SURNAMES, readings

_PAIRS = (
    "張张陳陈劉刘趙赵黃黄吳吴楊杨鄭郑謝谢韓韩馮冯許许鄧邓蕭萧蔣蒋葉叶賈贾鄒邹陸陆閻阎閆闫龍龙賀贺顧顾龔龚萬万錢钱嚴严湯汤喬乔賴赖龐庞蘭兰齊齐莊庄魯鲁韋韦紀纪蘇苏盧卢範范鍾钟鐘钟譚谭聶聂寧宁關关駱骆畢毕歐欧"
    "陽阳單单曉晓華华國国軍军偉伟強强靜静麗丽艷艳豔艳傑杰濤涛剛刚輝辉飛飞鳳凤鳴鸣學学長长貴贵寶宝愛爱紅红蓮莲榮荣慶庆業业書书遠远達达進进運运選选邊边邁迈連连興兴舉举義义習习聖圣聲声聰聪職职蓋盖藝艺蘊蕴號号"
    "術术衛卫裝装見见規规親亲覺觉計计訓训記记誌志誠诚話话詩诗語语誼谊諾诺謀谋講讲謙谦證证識识譽誉讓让豐丰財财貞贞賢贤賜赐質质購购贊赞贏赢車车軒轩輕轻輪轮轉转釗钊銀银銘铭銳锐鋒锋錦锦鎮镇鐵铁鑒鉴鑑鉴門门開开"
    "間间閣阁闊阔陣阵陰阴際际隨随險险雙双雲云電电靈灵韻韵順顺預预頌颂領领穎颖題题顏颜願愿類类風风餘余館馆馬马駿骏騰腾驊骅驥骥鬥斗魚鱼鮮鲜鴻鸿鵬鹏鶴鹤鷗鸥麥麦黨党龜龟齡龄乾干亞亚產产來来侖仑倫伦個个傳传債债"
    "傷伤億亿優优儲储兒儿兩两冊册凱凯劃划劍剑劑剂勁劲動动務务勛勋勳勋勝胜勞劳勢势勵励匯汇區区協协衆众眾众啟启啓启嘯啸園园圓圆團团圖图塵尘墻墙壯壮壽寿夢梦夥伙奧奥奪夺奮奋婦妇嬌娇孫孙實实寬宽對对導导將将專专"
    "尋寻層层屬属岡冈島岛崗岗嶺岭峯峰巒峦帥帅師师帶带廣广廟庙廠厂慮虑憲宪應应懷怀戀恋戰战戲戏戶户戸户揚扬換换搖摇攜携攝摄敵敌數数斷断於于時时晉晋晝昼暉晖曄晔會会東东條条楓枫極极構构樂乐樓楼樣样樹树橋桥機机"
    "檔档權权歡欢歲岁歷历歸归殺杀氣气漢汉決决況况淨净淵渊淺浅渾浑溫温滿满漁渔潔洁潤润澤泽濟济瀾澜灣湾災灾煒炜煙烟煥焕煉炼熱热燁烨燈灯爾尔爭争狀状獎奖獨独獻献瑋玮瑤瑶瑩莹環环璽玺瓊琼甯宁畫画異异當当發发盡尽"
    "監监盤盘眞真礎础禎祯禮礼禪禅種种稱称穩稳窮穷竇窦競竞筆笔節节築筑簡简糧粮紋纹純纯紗纱紙纸級级細细紹绍終终組组結结絕绝絲丝經经綠绿維维綱纲網网綺绮綿绵緒绪緣缘編编練练縣县總总績绩織织繪绘繼继續续纓缨羅罗"
    "羣群翹翘聯联肅肃脈脉膽胆臨临舊旧艦舰蒼苍蓀荪蔭荫薈荟薩萨藍蓝藥药蘆芦處处蟬蝉補补製制複复淸清髙高塡填靑青愼慎敎教錄录彥彦産产徳德祿禄鉄铁眀明朙明牀床甦苏"
)
_DOT = re.compile(r"\s*[·•‧・･∙⋅●。.．﹒᛫⸱]\s*")
_HAN_GAP = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_COMMON = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
"""Traditional forms and variants met in names → the common form (通用规范汉字表); written pairwise."""


def in_common_characters(text: str) -> str:
    """Return a text with its traditional and variant characters in the common form; everything else stays."""
    return text.translate(_COMMON)


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """Return a name in its one spelling: ordinary width, no blanks, no dots, common characters, small letters."""
    return in_common_characters(normal_name(text))


def spelled(text: str) -> str:
    """Return a name as it is kept: ordinary width, no stray blanks, the dot inside always `·`, its own characters."""
    name = _DOT.sub("·", unicodedata.normalize("NFKC", text)).strip("·'\" ")
    return " ".join(_HAN_GAP.sub("", name).split())


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """Return how a normal name is read, without tones: the first reading of each character, a surname's as a surname.

    Two names that sound alike are often one, heard on the telephone (李晓 and 黎晓).
    """
    compound = COMPOUND_SURNAMES.get(name[:2])
    if compound and len(name) > 2:
        return " ".join([*compound, *(readings(character)[0] for character in name[2:])])
    first = SURNAMES.get(name[:1])
    syllables = [readings(character)[0] for character in name]
    return " ".join([first, *syllables[1:]] if first else syllables)
