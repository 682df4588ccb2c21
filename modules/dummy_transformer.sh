#!/bin/bash
# Cleans a CSV file without quotes, as far as its configuration says, which is JSON:
#   "trim": true               no blanks around cells
#   "drop_empty_lines": true   no lines without a cell
#   "upper": "city"            the cells of that column in capitals
# usage: dummy_transformer.sh --input PATH --output PATH [--config PATH]
set -euo pipefail
input='' output='' config=/dev/null
while [ $# -gt 0 ]; do
  case "$1" in
    --input) input=${2:?--input needs a path} ;;
    --output) output=${2:?--output needs a path} ;;
    --config | --conf) config=${2:?--config needs a path} ;;
    *) echo "dummy_transformer.sh: what is $1?" >&2; exit 1 ;;
  esac
  shift 2
done
: "${input:?--input is missing}" "${output:?--output is missing}"

# The value of a member of the configuration, which has one on each line.
member() { sed -n "s/^ *\"$1\" *: *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\} *$/\1/p" "$config"; }

awk -F, -v OFS=, -v trim="$(member trim)" -v drop="$(member drop_empty_lines)" -v upper="$(member upper)" '
  drop == "true" && /^[ ,]*$/ { next }
  trim == "true" { for (i = 1; i <= NF; i++) gsub(/^ +| +$/, "", $i) }
  NR == 1 { for (i = 1; i <= NF; i++) if ($i == upper) column = i }
  NR == 1 && upper != "" && !column { print "no such column: " upper > "/dev/stderr"; exit 1 }
  NR > 1 && column { $column = toupper($column) }
  { print }
' "$input" > "$output"
echo "wrote $(($(wc -l < "$output") - 1)) rows to $output"
