#!/bin/sh
# Make what the browser tests and ci/picture.py open: /usr/bin/chromium, with letters to draw.
#
# On Debian or Ubuntu as root it installs the packages; elsewhere it says what is missing. It is
# quick when all is there. axe-core comes with the `dev` group (axe-playwright-python).
set -eu

missing=
[ -x /usr/bin/chromium ] || missing="chromium"
# Without a font Chromium draws nothing, and every contrast would be fine.
for font in /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf /usr/share/fonts/*/*; do
    if [ -e "$font" ]; then fonts=yes; break; fi
done
[ "${fonts:-}" = yes ] || missing="$missing fonts-dejavu-core"
[ -n "$missing" ] || exit 0

# shellcheck disable=SC2086 -- a list of packages
"$(dirname "$0")/apt.sh" "the browser tests" $missing
[ -x /usr/bin/chromium ] || {
    echo "error: the package chromium of this system gives no /usr/bin/chromium" >&2
    exit 1
}
