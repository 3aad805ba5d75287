#!/bin/sh
# Every header compiles alone.   usage: headers.sh SOURCE_DIR [CC]
set -u
cd "${1:-.}" || exit 2
cc=${2:-cc}
bad=0
for h in $(find proto broker worker client -name '*.h'); do
	"$cc" -std=c17 -D_GNU_SOURCE -I. -fsyntax-only -Wall -Wextra -Wno-unused -Werror -x c "$h" || bad=1
done
exit $bad
