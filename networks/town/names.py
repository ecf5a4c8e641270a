"""Street names of a synthetic district: romanised, plainly invented, and each line's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from networks.raw import Words

if TYPE_CHECKING:
    from networks.town.streets import Lines

__all__ = ["line_names"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ROOTS: Final = _words(
    "Renmin Jiefang Zhongshan Xinhua Jianshe Heping Wenhua Gongnong Dongfeng Hongqi Guangming "
    "Xingfu Changzheng Qingnian Fuxing Minzhu Tuanjie Youyi Chaoyang Chezhan Yingbin Jinxing "
    "Xiaoxiang Leifeng Gaotang Huangjin Yinxing Dujuan Guihua Songbai Taohua Meihua Lianhua Yuhua "
    "Tianxin Qingshui Baisha Longwang Shuguang Chunhua Qiushi Mingde Zhuhai Xishan Dongshan "
    "Nanhu Beihu Yuelin Yangliu Ziyun Baiyun Qinglong Fenghuang Xianglong Kaiyuan Wanfu Anning "
    "Changle Yongan Taiping Pingan Jinhua Yinshan Zhuque Xuanwu Lantian"
)


def line_names(along: tuple[Lines, Lines]) -> tuple[Words, Words]:
    """Name every line: arterials in one line share a name, local streets belong to their block.

    Returns
    -------
    tuple
        Names of the west-east lines ("Road") and of the south-north lines ("Avenue").
    """
    return _named(along[0], "Road", "Lane", 0), _named(along[1], "Avenue", "Alley", 29)


def _named(lines: Lines, suffix: str, local: str, shift: int) -> Words:
    arterial = lines.block < 0
    coordinates, line = np.unique(lines.across[arterial], return_inverse=True)
    # Neighbouring arterials should not have neighbouring roots: step through the list.
    words = [_name(37 * i + shift, suffix) for i in range(len(coordinates))]
    code = np.empty(len(lines.across), dtype=np.int64)
    code[arterial] = line
    key = lines.block[~arterial] * 64 + np.minimum(lines.order[~arterial], 63)
    keys, own = np.unique(key, return_inverse=True)
    code[~arterial] = len(words) + own
    words += [_local(int(one) // 64, int(one) % 64, local) for one in keys]
    return Words(code, tuple(words))


def _name(i: int, suffix: str) -> str:
    turn = i // (37 * len(_ROOTS))
    return f"{_ROOTS[i % len(_ROOTS)]} {suffix}" + (f" {turn + 1}" if turn else "")


def _local(block: int, order: int, suffix: str) -> str:
    root = _ROOTS[(block * 41 + 7) % len(_ROOTS)]
    return f"{root} {block // len(_ROOTS) + 1} {suffix} {order + 1}"
