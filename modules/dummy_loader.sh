#!/bin/bash
# Checks a CSV file without quotes, and prints the rows that it would load.
# usage: dummy_loader.sh --input PATH
set -euo pipefail
input=''
while [ $# -gt 0 ]; do
  case "$1" in
    --input) input=${2:?--input needs a path} ;;
    --output | --config | --conf) ;;
    *) echo "dummy_loader.sh: what is $1?" >&2; exit 1 ;;
  esac
  shift 2
done
: "${input:?--input is missing}"
awk -F, '
  NR == 1 { columns = NF; next }
  NF != columns { print "line " NR " has " NF " cells, and the header has " columns > "/dev/stderr"; failed = 1; exit 1 }
  { print "loaded " $0; rows += 1 }
  END { if (!failed) print rows + 0 " rows" }
' "$input"
