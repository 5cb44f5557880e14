"""Another department's own GraphQL service (graphene) that embeds our classes beside its data.

graphene pins an older graphql-core than our server's, hence an environment of its own:

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    URL=https://HOST KEY=cg_… PURPOSE=事中事后监管 .venv/bin/python service.py '{ permit(number: "JY16210020001") { holder { code creditRiskLevel } } }'

A class is asked for when a query names it, is kept in memory only, and is never a ground for the permit itself:
内部监管参考，非信用评价，不得公开，不得作为许可依据.
"""

import json
import os
import sys
from functools import lru_cache
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import graphene

PERMITS = {"JY16210020001": "91621000MA0000AA2W", "JY16210020002": "91621000MA0000AF35"}  # the department's own data


@lru_cache(maxsize=1000)
def risk_level(code):
    """Our answer about one firm; a refusal is an error of the field."""
    headers = {"Authorization": f"Bearer {os.environ['KEY']}", "X-Purpose": quote(os.environ.get("PURPOSE", ""))}
    request = Request(f"{os.environ['URL']}/v1/risk-level/{quote(code)}", headers=headers)
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise RuntimeError(json.load(error)["errors"][0]["extensions"]["code"]) from None


class Firm(graphene.ObjectType):
    """A firm as this department knows it, with the class that the market regulator gives."""

    code = graphene.String(required=True)
    credit_risk_level = graphene.String(description="信用风险分类（市场监管部门提供） / class by the market regulator")
    valid_until = graphene.String()
    notice = graphene.String()

    def resolve_credit_risk_level(self, info):
        return risk_level(self.code)["creditRiskLevel"]

    def resolve_valid_until(self, info):
        return risk_level(self.code)["validUntil"]

    def resolve_notice(self, info):
        return risk_level(self.code)["notice"]


class Permit(graphene.ObjectType):
    """A permit that this department gave."""

    number = graphene.String(required=True)
    holder = graphene.Field(Firm)


class Query(graphene.ObjectType):
    """The department's own questions."""

    permit = graphene.Field(Permit, number=graphene.String(required=True))

    def resolve_permit(self, info, number):
        return Permit(number=number, holder=Firm(code=PERMITS[number])) if number in PERMITS else None


schema = graphene.Schema(query=Query)

if __name__ == "__main__":
    result = schema.execute(sys.argv[1])
    print(json.dumps({"data": result.data, "errors": [str(e) for e in result.errors or []]}, ensure_ascii=False))
