#!/bin/sh
# Plain curl, POSIX shell. The classes are 内部监管参考，非信用评价，不得公开，不得作为许可依据.
#   URL=https://HOST KEY=cg_… PURPOSE=事中事后监管 sh levels.sh level 91621000MA0000AA2W
#   … sh levels.sh all levels.ndjson        the classes of all firms, checked
#   … sh levels.sh changes 0 changes.json   what changed after a number, a page of it
#   … sh levels.sh ack 4711                 stop-of-use events up to that number were taken note of
set -eu

ask() { # what curl takes; a refusal is printed and ends the script
  answer=$(mktemp)
  status=$(curl -sS -o "$answer" -w '%{http_code}' -H "Authorization: Bearer $KEY" -H "X-Purpose: ${PURPOSE-}" "$@")
  if [ "$status" != 200 ]; then cat "$answer" >&2; rm -f "$answer"; exit 1; fi
  cat "$answer"; rm -f "$answer"
}

case $1 in
  level) ask "$URL/v1/risk-level/$2" ;;
  all)
    ask "$URL/v1/export/levels" > "$2.partial"
    end=$(tail -n 1 "$2.partial")
    case $end in '{"end":true,'*) ;; *) echo "cut short: ask again" >&2; exit 1 ;; esac
    told=${end#*\"sha256\":\"}; told=${told%%\"*}
    sed '$d' "$2.partial" > "$2"
    rm "$2.partial"
    echo "$told  $2" | $(command -v sha256sum || echo shasum -a 256) -c - ;;
  changes) ask "$URL/v1/changes/levels?after=$2" > "$3" ;;
  ack) ask -H 'Content-Type: application/json' -d "{\"sequence\": $2}" "$URL/v1/changes/levels/ack" ;;
  *) echo "level | all | changes | ack" >&2; exit 2 ;;
esac
