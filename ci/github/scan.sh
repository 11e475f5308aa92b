#!/usr/bin/env bash
# Scans, and hands the results to the job: a summary for people, SARIF for code scanning, outputs.
# All inputs come as variables of the environment, so nothing of a pull request is read as a script.
set -uo pipefail

since="${RINGFENCE_SINCE:-}"
if [ "$since" = auto ]; then since="${RINGFENCE_BASE:-}"; fi

words=()
if [ -n "$since" ]; then words+=("--since=$since"); fi
if [ -n "${RINGFENCE_FAIL_ON:-}" ]; then words+=("--fail-on=$RINGFENCE_FAIL_ON"); fi
if [ -n "${RINGFENCE_BASELINE:-}" ]; then words+=("--baseline=$RINGFENCE_BASELINE"); fi
if [ -n "${RINGFENCE_CONFIG:-}" ]; then words+=("--config=$RINGFENCE_CONFIG"); fi

# -I: no module of the scanned tree is imported in place of Ringfence's own.
scan() {
  "$RUNNER_TEMP/ringfence-venv/bin/python" -I -m ringfence scan \
    "${words[@]+"${words[@]}"}" "$@" -- "${RINGFENCE_PATH:-.}"
}

markdown="$RUNNER_TEMP/ringfence.md"
scan --format markdown --output "$markdown"
code=$?
if [ "$code" -le 1 ]; then
  cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
  echo "markdown=$markdown" >>"$GITHUB_OUTPUT"
  # A line feed in a name would start another output.
  case "${RINGFENCE_SARIF:-}" in
    "" | *$'\n'* | *$'\r'*) ;;
    *)
      scan --format sarif --output "$RINGFENCE_SARIF" --quiet >/dev/null
      second=$?
      if [ "$second" -gt 1 ]; then code=$second; fi
      echo "sarif=$RINGFENCE_SARIF" >>"$GITHUB_OUTPUT"
      ;;
  esac
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
