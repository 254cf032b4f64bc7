#!/usr/bin/env bash
# Everything: format, lints, unit and conformance tests on SQLite and PostgreSQL, the rules' own examples, the real binary
# over HTTP, a browser, and kills. Installs and starts what that needs (as root, with apt), and takes it down again.
# COUNTERSIGN_TEST_POSTGRES=postgres://… uses a server of yours instead; its user must be allowed to make databases.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
find_postgres() { command -v "$1" || { ls -1 /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1; } || true; }

step "what the tests need"
missing=()
[ -n "${COUNTERSIGN_TEST_POSTGRES:-}" ] || [ -n "$(find_postgres initdb)" ] || missing+=(postgresql)
command -v psql >/dev/null || missing+=(postgresql-client)
command -v chromium >/dev/null || missing+=(chromium)
command -v chromedriver >/dev/null || missing+=(chromium-driver)
command -v hunspell >/dev/null || missing+=(hunspell)
for language in en-us:en_US de-de:de_DE fr:fr es:es_ES it:it_IT; do
  [ -e "/usr/share/hunspell/${language#*:}.dic" ] || missing+=("hunspell-${language%:*}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  echo "installing ${missing[*]}"
  log=$(mktemp)
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
    { tail -n 30 "$log"; echo "these packages could not be installed; install them and run this again: ${missing[*]}"; exit 1; }
fi

cluster=""
finish() {
  [ -z "$cluster" ] || as_postgres "$(find_postgres pg_ctl)" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
  [ -z "$cluster" ] || rm -rf "$cluster"
}
trap finish EXIT
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ -z "${COUNTERSIGN_TEST_POSTGRES:-}" ]; then
  id postgres >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || useradd --system --no-create-home postgres
  cluster=$(mktemp -d /tmp/countersign-pg.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$cluster"
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  as_postgres "$(find_postgres initdb)" -D "$cluster/data" -U postgres -A trust -E UTF8 --no-sync >"$cluster.log" 2>&1 || { cat "$cluster.log"; exit 1; }
  as_postgres "$(find_postgres pg_ctl)" -D "$cluster/data" -w -l "$cluster/data/log" \
    -o "-p $port -k $cluster -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200" start >/dev/null
  rm -f "$cluster.log"
  export COUNTERSIGN_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
fi

step "build"
cargo build --release --workspace --locked
step "tests"
cargo test --release --workspace --locked --no-fail-fast
step "rules' own examples"
target=$(cargo metadata --format-version 1 --no-deps --locked | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
"$target/release/countersign" rules test
step "the starter's corpus"
export COUNTERSIGN="$target/release/countersign"
python3 -B models/starter/check.py
python3 -B -m unittest discover -q -s models/starter -p test_corpus.py
step "what drafts were recorded, against the baseline"
"$COUNTERSIGN" eval --recorded eval/recorded.jsonl --check eval/baseline.json
step "the benchmark script's own tests"
python3 -B -m unittest discover -q eval/engine
step "format and lints"
cargo fmt --all --check
cargo clippy --release --workspace --all-targets --locked -q -- -D warnings
step "done"
