"""The namespaces of identifiers, each with one spelling everywhere: traits, mapping keys, GraphQL, graph."""

from __future__ import annotations

from enum import StrEnum


class Namespace(StrEnum):
    """What kind of identifier a value is; the value decides who it can be compared with, by its scope."""

    PHONE = "phone"
    EMAIL = "email"
    USER_ID = "userId"
    ANONYMOUS_ID = "anonymousId"
    WECHAT_UNION_ID = "wechatUnionId"
    WECHAT_OPEN_ID = "wechatOpenId"
    DOUYIN_OPEN_ID = "douyinOpenId"
    TMALL_OUID = "tmallOuid"
    XIAOHONGSHU_ID = "xiaohongshuId"
    GOVERNMENT_ID = "governmentId"
    DEVICE_ID = "deviceId"
    VIN = "vin"
    PLATE = "plate"
    ADDRESS = "address"
