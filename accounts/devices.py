"""What a browser or program is called, from what it says of itself: enough to recognise one's own.

Nothing depends on it but words: whoever lies about it only confuses the list.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# The first that is found counts: most browsers also name those they descend from.
BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:(?:Headless)?Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\b(?:Linux|X11)\b"),
)
# A program says its name and its version: `HTTPie/3.2.4`.
PROGRAM = re.compile(r"([A-Za-z][\w .+-]{0,39}?)(?:/|$)")


def device_name(user_agent: str) -> str:
    """Return a short name for people, such as "Firefox on Linux" or "HTTPie"."""
    if not user_agent.startswith("Mozilla/"):
        program = PROGRAM.match(user_agent)
        return program[1] if program else _("Unknown device")
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


def _first(kinds: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, sign in kinds if re.search(sign, user_agent)), "")
