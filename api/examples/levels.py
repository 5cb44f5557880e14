"""A department's client in Python: GraphQL by ``gql``, the feed of changes by ``httpx``. pip install gql httpx

URL=https://HOST KEY=cg_… PURPOSE=事中事后监管 python levels.py CODE…
prints the class of each firm, then brings ``levels.json`` (code -> class) up to date and acknowledges what was stopped.
The classes are 内部监管参考，非信用评价，不得公开，不得作为许可依据.
"""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

URL = os.environ["URL"]
HEADERS = {"Authorization": f"Bearer {os.environ['KEY']}", "X-Purpose": quote(os.environ.get("PURPOSE", ""))}
STATE = Path("levels.json")
QUERY = gql("query ($code: String!) { enterprise(code: $code) { name creditRiskLevel { levelInEffect leads } } }")


def ask(codes: list[str]) -> None:
    """Print the class that counts of each firm."""
    client = Client(transport=HTTPXTransport(url=f"{URL}/graphql", headers=HEADERS))
    for code in codes:
        firm = client.execute(QUERY, variable_values={"code": code})["enterprise"]
        level = firm["creditRiskLevel"]
        print(code, firm["name"], level["levelInEffect"] if level else "-")


def follow() -> None:
    """Replay what changed since the last time. The file is written before anything is acknowledged."""
    state = json.loads(STATE.read_text()) if STATE.exists() else {"sequence": 0, "levels": {}}
    with httpx.Client(base_url=URL, headers=HEADERS) as http:
        while True:
            page = http.get("/v1/changes/levels", params={"after": state["sequence"]}).raise_for_status().json()
            for line in page["changes"]:
                assert line["sequence"] == state["sequence"] + 1, "a gap: begin anew from 0"
                state["sequence"] = line["sequence"]
                if line["event"] == "stop":
                    state["levels"].pop(line["code"], None)
                else:
                    state["levels"][line["code"]] = line["creditRiskLevel"]
            if state["sequence"] == page["last"]:
                break
        STATE.write_text(json.dumps(state))
        http.post("/v1/changes/levels/ack", json={"sequence": state["sequence"]}).raise_for_status()


if __name__ == "__main__":
    ask(sys.argv[1:])
    follow()
