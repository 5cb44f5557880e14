"""Record kinds: what firms report of themselves, and what the registrar and the licensing offices record of them."""

from __future__ import annotations

from credit_graph.model.fields import Field, FieldType, Kind, Link, money

T = FieldType

# whether a firm lets an item of its annual report be seen (企业信息公示暂行条例第九条): such a value goes nowhere
# public without its flag
REPORT_FLAGS: dict[str, Field] = {
    f"{name}_public": Field(T.FLAG, f"{zh}是否公示")
    for name, zh in {
        "assets": "资产总额",
        "liabilities": "负债总额",
        "equity": "所有者权益合计",
        "revenue": "营业总收入",
        "main_revenue": "主营业务收入",
        "profit": "利润总额",
        "net_profit": "净利润",
        "tax": "纳税总额",
        "employees": "从业人数",
    }.items()
}

# what every block of an annual report says of the report that it belongs to
_REPORT = {"report_id": Field(T.NUMBER_TEXT, "年报编号"), "year": Field(T.YEAR, "年报年度")}

FIRM_KINDS: tuple[Kind, ...] = (
    # 个体工商户 are marked (标记) and restored, never listed (列入): no list and no count of listings takes these
    Kind(
        "AbnormalMark",
        "经营异常状态标记",
        "state",
        {
            "mark_id": Field(T.NUMBER_TEXT, "经营异常标记编号"),
            "marked_on": Field(T.DAY, "标记日期"),
            "reason": Field(T.TEXT, "标记原因"),
            "marked_by": Field(T.TEXT, "标记机关"),
            "restored": Field(T.FLAG, "是否恢复"),
            "restored_on": Field(T.DAY, "恢复日期"),
        },
    ),
    Kind(
        "EquityChange",
        "股权变更",
        "event",
        {
            "change_id": Field(T.NUMBER_TEXT, "业务主键"),
            "holder_name": Field(T.TEXT, "股东", personal=True),
            "changed_on": Field(T.DAY, "股权变更日期"),
            "published_on": Field(T.DAY, "公示日期"),
            "share_before": Field(T.SHARE, "变更前股权比例"),
            "share_after": Field(T.SHARE, "变更后股权比例"),
        },
    ),
    # what a firm reported for one year: an event, which makes no relationship. Holdings take from it what the register
    # lacks (links/holdings.py)
    Kind(
        "ReportedContribution",
        "年报股东及出资",
        "event",
        {
            **_REPORT,
            "holder_no": Field(T.NUMBER_TEXT, "投资人编号"),
            "holder_name": Field(T.TEXT, "股东/发起人名称", personal=True),
            **money(subscribed="累计认缴额", paid="累计实缴额"),
            "subscribed_on": Field(T.DAY, "认缴出资日期"),
            "subscribed_form": Field(T.TEXT, "认缴出资方式"),
            "paid_on": Field(T.DAY, "实缴出资日期"),
            "paid_form": Field(T.TEXT, "实缴出资方式"),
        },
    ),
    Kind(
        "Guarantee",
        "对外担保",
        "state",
        {
            **_REPORT,
            "guarantee_id": Field(T.NUMBER_TEXT, "对外担保编号"),
            "creditor": Field(T.NAME, "债权人", personal=True),
            "debtor": Field(T.NAME, "债务人", personal=True),
            "claim_kind": Field(T.CATEGORY, "主债权种类"),
            **money(claim="主债权数额"),
            "debt_from": Field(T.DAY, "履行债务的期限自"),
            "debt_until": Field(T.DAY, "履行债务的期限至"),
            "period": Field(T.CATEGORY, "保证的期间"),
            "form": Field(T.CATEGORY, "保证的方式"),
            "public": Field(T.FLAG, "对外担保是否公示"),
        },
        (Link("GUARANTEES", "debtor"),),
    ),
    Kind(
        "Website",
        "网站网店",
        "event",
        {
            **_REPORT,
            "website_id": Field(T.NUMBER_TEXT, "网站标识"),
            "site_kind": Field(T.CATEGORY, "网站网店类型"),
            "site_name": Field(T.TEXT, "网站（网店）名称"),
            "url": Field(T.TEXT, "网站（网店）网址"),
            "web_kind": Field(T.TEXT, "网站类型"),
            "platform_kind": Field(T.TEXT, "网络交易平台运营类型"),
            "product_kind": Field(T.TEXT, "网络交易产品类型"),
            "commerce_kind": Field(T.TEXT, "电商类型"),
            "icp_number": Field(T.NUMBER_TEXT, "ICP证号/备案号"),
            "wechat": Field(T.TEXT, "微信公众服务号"),
            "app": Field(T.TEXT, "APP软件名称"),
            "platform": Field(T.TEXT, "所属平台名称"),
            "delivery_address": Field(T.ADDRESS, "发货地址"),
            "return_address": Field(T.ADDRESS, "退货地址"),
        },
    ),
    Kind(
        "Permit",
        "行政许可",
        "state",
        {
            "permit_id": Field(T.NUMBER_TEXT, "业务主键"),
            "permit_number": Field(T.NUMBER_TEXT, "许可文件编号"),
            "permit_name": Field(T.TEXT, "许可文件名称"),
            "permit_kind": Field(T.TEXT, "许可类别"),
            "items": Field(T.TEXT, "许可内容"),
            "holder_kind": Field(T.TEXT, "主体业态"),
            "state": Field(T.CATEGORY, "状态"),
            "authority": Field(T.TEXT, "许可机关"),
            "issued_on": Field(T.DAY, "发证日期"),
            "permitted_from": Field(T.DAY, "有效期自"),
            "permitted_until": Field(T.DAY, "有效期至"),
            "legal_representative": Field(T.PERSON_NAME, "法定代表人", personal=True),
            "address": Field(T.ADDRESS, "住所"),
            "premises": Field(T.ADDRESS, "经营场所"),
            "region": Field(T.REGION, "行政区划"),
        },
    ),
    Kind(
        "MeasureFeedback",
        "联合惩戒反馈",
        "event",
        {
            "feedback_id": Field(T.NUMBER_TEXT, "反馈编号"),
            "measure_id": Field(T.NUMBER_TEXT, "明细编号"),
            "measure_batch": Field(T.NUMBER_TEXT, "惩戒批次号"),
            "authority": Field(T.TEXT, "反馈部门"),
            "reported_on": Field(T.DAY, "反馈日期"),
            "report": Field(T.TEXT, "反馈内容"),
            "result": Field(T.CATEGORY, "执行情况"),
        },
    ),
)
