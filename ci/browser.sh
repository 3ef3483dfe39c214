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

if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "error: the browser tests need$(printf ' %s' $missing); install as root: apt-get install $missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=600 update
# shellcheck disable=SC2086 -- a list of packages
apt-get -qy -o DPkg::Lock::Timeout=600 install --no-install-recommends $missing >/dev/null
[ -x /usr/bin/chromium ] || {
    echo "error: the package chromium of this system gives no /usr/bin/chromium" >&2
    exit 1
}
