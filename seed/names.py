"""Names as they are met: Chinese family names by frequency, given names by sex and age, European ones."""

from __future__ import annotations

from random import Random
from typing import Final

from seed.draw import Weighted, pick, words

# Shares of the population in per mille, after the household registration reports; the tail is evened out.
_FAMILY_SHARES: Final = words(
    "王 72 李 71 张 68 刘 51 陈 48 杨 31 黄 23 赵 22 吴 20 周 20 徐 16 孙 15 "
    "马 13 朱 13 胡 12 郭 12 何 11 林 11 高 10 罗 10 郑 9 梁 9 谢 8 宋 7 唐 7 "
    "许 6 邓 6 韩 6 冯 6 曹 6 彭 5 曾 5 肖 5 田 5 董 5 潘 4 袁 4 蔡 4 蒋 4 余 4 "
    "于 4 杜 4 叶 4 程 4 魏 4 苏 4 吕 3 丁 3 任 3 卢 3 姚 3 沈 3 钟 3 姜 3 崔 3 "
    "谭 3 陆 3 汪 3 范 3 石 3 欧阳 1.5 上官 0.5 司马 0.5 诸葛 0.5 皇甫 0.3 慕容 "
    "0.3 "
)
_CHINESE_FAMILY: Final = Weighted(
    [(name, float(share)) for name, share in zip(_FAMILY_SHARES[::2], _FAMILY_SHARES[1::2], strict=True)]
)
_MALE_OLD: Final = "建国军伟强明志勇平华文林德福海山东斌辉刚永生民忠义庆元良新春"
_MALE_YOUNG: Final = "浩宇轩博子俊杰泽睿天佑铭晨航一鸣思远梓豪嘉逸凡翔旭昊然瑞霖毅"
_FEMALE_OLD: Final = "秀英丽敏芳桂兰玉珍华红梅霞燕玲凤云春淑萍莉琴娟艳洁香"
_FEMALE_YOUNG: Final = "婷雨欣怡梓涵诗琪佳颖思雅静雪梦瑶晓萱语嫣若曦紫妍心悦可馨宁"

# For a slip of the pen: characters that sound alike.
_SOUNDS_ALIKE: Final = {
    pair[0]: pair[1]
    for pair in words(
        "伟玮 强墙 明铭 志智 华桦 文闻 林霖 军君 杰洁 俊竣 浩皓 宇雨 轩萱 博搏 丽莉 敏闽 芳方 "
        "玉钰 红宏 梅玫 霞侠 燕艳 玲铃 婷亭 欣心 怡宜 涵函 佳嘉 静靖 雪学 晓小 思斯 子紫 一依 "
        "建健 国果 平萍 辉晖 海亥 英瑛 秀绣 春椿 永勇 新欣 德得 "
    )
}

_EUROPEAN_FAMILY: Final = {
    "DE": words(
        "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer "
        "Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann "
        "Lange Werner Krause Lehmann Köhler Maier Huber Kaiser Fuchs Peters Lang Scholz Möller "
        "Weiß Jung Hahn Vogel"
    ),
    "FR": words(
        "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel "
        "Lefèvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine "
        "Rousseau Vincent Müller Faure André Mercier Blanc Guérin Boyer Garnier Chevalier "
        "François Legrand Gauthier Garcia Perrin"
    ),
    "NL": words(
        "Jansen Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits "
        "Koster Willems Hermans Kok Jacobs Schouten Postma Kuipers Veenstra Prins Huisman Postma "
        "Hoekstra Maas Verhoeven Koning Blom"
    ),
    "IT": words(
        "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti "
        "Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi "
        "Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Serra Coppola"
    ),
    "GB": words(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans "
        "Walker White Roberts Green Hall Wood Jackson Clarke Patel Khan Lewis James Phillips Mason "
        "Mitchell Rose Davis Rodgers Turner Hughes O'Brien Murphy Campbell Fraser Begum"
    ),
}
_EUROPEAN_MALE: Final = {
    "DE": words(
        "Thomas Michael Andreas Stefan Christian Markus Jürgen Peter Wolfgang Martin Jan Lukas "
        "Felix Jonas Leon Paul Maximilian Tobias Florian Sebastian Philipp Matthias Uwe Bernd "
        "Klaus"
    ),
    "FR": words(
        "Jean Pierre Michel Philippe Alain Nicolas Christophe Laurent Julien Thomas Antoine Lucas "
        "Hugo Louis Mathieu Guillaume Vincent Olivier Benoît François Étienne Rémi Gérard Jérôme "
        "Cédric"
    ),
    "NL": words(
        "Jan Pieter Willem Hendrik Johannes Maarten Bas Daan Sem Lucas Bram Thijs Jeroen Erik "
        "Mark Rob Sander Koen Wouter Joost Tim Ruben Lars Dirk Gijs"
    ),
    "IT": words(
        "Marco Andrea Luca Giuseppe Giovanni Francesco Antonio Matteo Alessandro Davide Lorenzo "
        "Stefano Paolo Roberto Simone Riccardo Nicolò Salvatore Enrico Fabio Claudio Pietro"
    ),
    "GB": words(
        "James John David Michael Robert Thomas William Daniel Matthew Andrew Christopher Paul "
        "Mark Steven Oliver Jack Harry George Mohammed Alexander Benjamin Samuel Edward Ryan"
    ),
}
_EUROPEAN_FEMALE: Final = {
    "DE": words(
        "Sabine Susanne Petra Monika Andrea Claudia Nicole Stefanie Julia Anna Laura Lena Sophie "
        "Marie Katharina Christine Ursula Birgit Hannah Johanna Melanie Sandra Anja Eva Franziska"
    ),
    "FR": words(
        "Marie Nathalie Isabelle Sylvie Catherine Sophie Céline Julie Camille Léa Manon Chloé "
        "Émilie Sandrine Valérie Hélène Aurélie Claire Pauline Charlotte Lucie Élodie Monique "
        "Agnès Anaïs"
    ),
    "NL": words(
        "Maria Johanna Anna Elisabeth Sanne Emma Julia Lotte Eva Femke Anouk Marloes Ingrid Petra "
        "Esther Linda Karin Fleur Noor Roos Iris Marieke Hanneke Saskia Mirjam"
    ),
    "IT": words(
        "Maria Anna Giulia Francesca Chiara Sara Laura Elena Paola Silvia Valentina Alessandra "
        "Martina Federica Giovanna Rosa Elisa Beatrice Alice Sofia Lucia Roberta Noemi"
    ),
    "GB": words(
        "Sarah Emma Laura Rebecca Charlotte Hannah Jessica Sophie Amy Rachel Elizabeth Margaret "
        "Susan Karen Olivia Grace Emily Lucy Fatima Victoria Catherine Helen Alice Megan"
    ),
}


def chinese_family(rng: Random) -> str:
    """A family name; the three commonest are a fifth of all, compound ones are rare."""
    return _CHINESE_FAMILY.draw(rng)


def chinese_given(rng: Random, *, male: bool, born: int) -> str:
    """A given name in the taste of its year: two characters, or (one in seven) one."""
    old = rng.random() < (0.95 if born < 1985 else 0.1)
    characters = (_MALE_OLD if old else _MALE_YOUNG) if male else (_FEMALE_OLD if old else _FEMALE_YOUNG)
    first = pick(rng, characters)
    return first if rng.random() < 0.14 else first + pick(rng, characters)


def european_family(rng: Random, *, country: str) -> str:
    """A family name of the country (DE, FR, NL, IT or GB)."""
    return pick(rng, _EUROPEAN_FAMILY[country])


def european_given(rng: Random, *, country: str, male: bool) -> str:
    """A given name of the country; one in ten is double, as Anna-Maria."""
    names = (_EUROPEAN_MALE if male else _EUROPEAN_FEMALE)[country]
    first = pick(rng, names)
    if rng.random() >= 0.1:
        return first
    second = pick(rng, names)
    return first if first == second else f"{first}-{second}"


def polite(family: str, *, male: bool) -> str:
    """What a shy lead types: the family name and a form of address, `王先生`."""
    return family + ("先生" if male else "女士")


def misspelt(given: str, *, rng: Random) -> str:
    """The given name with one slip: a sound-alike, two letters swapped or one lost; never the same."""
    alike = [place for place, character in enumerate(given) if character in _SOUNDS_ALIKE]
    if alike:
        place = pick(rng, alike)
        return given[:place] + _SOUNDS_ALIKE[given[place]] + given[place + 1 :]
    if ord(given[0]) > 0x2E80:
        return given + "儿" if len(given) == 1 else given[0] + given[0]
    swaps = [place for place in range(1, len(given) - 1) if given[place] != given[place + 1]]
    if swaps and rng.random() < 0.6:
        place = pick(rng, swaps)
        return given[:place] + given[place + 1] + given[place] + given[place + 2 :]
    return given[:-1]
