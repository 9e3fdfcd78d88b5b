#!/bin/sh
# From a clone to a finished backfill, as a newcomer does it, with the time each step took.
#
#     sh bench/newcomer.sh [REPOSITORY] [FOLDER]
#
# The backfill is started in the form of the UI where this checkout has the extra `browser` and the
# system Chromium, else from the shell. Ends with 1 if it took more than five minutes. The packages come
# from the index pip is set up for.
set -eu
here=$(git rev-parse --show-toplevel)
repository=${1:-$here}
folder=${2:-$(mktemp -d)}
port=${STRIGIL_PORT:-4277}
started=$(date +%s)
say() { echo "$(($(date +%s) - started)) s: $*"; }

git clone --quiet "$repository" "$folder/strigil"
cd "$folder/strigil"
say "cloned"
make --silent setup
say "installed"
: > "$folder/up.log"
.venv/bin/strigil up --home "$folder/home" --port "$port" > "$folder/up.log" 2>&1 &
up=$!
trap 'kill $up 2>/dev/null; wait $up 2>/dev/null || true' EXIT
until grep -q "is up" "$folder/up.log"; do
  kill -0 $up || { cat "$folder/up.log"; exit 1; }
  sleep 1
done
say "strigil up"
if command -v chromium > /dev/null && "$here/.venv/bin/python" -c "import playwright" 2> /dev/null; then
  (cd "$here" && .venv/bin/python -m bench.form "http://127.0.0.1:$port" examples/captures news)
  say "backfill from the form of the UI finished"
else
  PREFECT_API_URL="http://127.0.0.1:$port/api" PREFECT_HOME="$folder/client" .venv/bin/prefect deployment run \
    backfill/backfill --param request='{"source": "examples/captures", "archive": "news"}' --watch --watch-timeout 240
  say "backfill from the shell finished"
fi
.venv/bin/strigil sql "select status, count(*) from documents group by all" --archive news
took=$(($(date +%s) - started))
say "done"
[ "$took" -le 300 ]
