#!/bin/bash
# Writes a small CSV file, as a module does that knows where its data comes from.
# usage: dummy_extractor.sh [--output PATH] [--config PATH]
set -euo pipefail
output=/dev/stdout
while [ $# -gt 0 ]; do
  case "$1" in
    --output) output=${2:?--output needs a path} ;;
    --input | --config | --conf) ;;
    *) echo "dummy_extractor.sh: what is $1?" >&2; exit 1 ;;
  esac
  shift 2
done
cat > "$output" <<'CSV'
id,name,city
1, Ana ,cali
2,Luis, pasto

3,  Eva,tunja  
CSV
echo "wrote 3 rows to $output"
