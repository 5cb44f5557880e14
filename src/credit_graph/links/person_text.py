"""Why two mentions are taken for one person (同一人), in sentences; names and numbers stand in the records."""

from __future__ import annotations

from credit_graph.text import t


def reasons(rule: str) -> list[str]:
    """One sentence for each kind of evidence of a ``SAME_AS``, in the language in use.

    ``rule``: kinds joined by ``+``, as :func:`credit_graph.links.same_person.same_person` gives them.
    """
    sentences = {
        "decision": t("经人工认定为同一人。", "People decided that they are one person."),
        "same_firm_name": t(
            "企业中持证件的同名人员只有一名。", "In the firm only one person of that name stands with an ID."
        ),
        "phone": t("两企业同名，且使用同一联系电话。", "The same name in two firms that use one telephone."),
        "room": t(
            "两企业同名，且住所相同（到房间号）。", "The same name in two firms at one address, down to the room."
        ),
        "companion": t(
            "两企业同名，且另有一名相同的人员同时出现。", "The same name in two firms, together with another person."
        ),
        "holding": t(
            "两企业同名，且企业间有出资或分支机构关系，或由同一企业出资。",
            "The same name in two firms of which one holds the other or is its branch, or that one firm holds.",
        ),
        "rare_pair": t("同样两个少见的姓名一起出现在两企业。", "The same two rare names stand together in two firms."),
    }
    return [sentences.get(kind, kind) for kind in rule.split("+")]
