"""Find calls to follow somebody by name on a network.

In the wild: ``Follow the Brandsmouth Times on Facebook and Twitter``, ``Suivez Le Pont sur WhatsApp``,
``Folgen Sie der Brückenpost auf Instagram``, ``Подписывайтесь на «Мост» в Telegram``.
Left alone: sentences that go on behind the network ("Follow the trail on Facebook and you will find him").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.wording import to_words
from cleaners.values import Page, Span

MAX_CHARS: Final = 140
SCORE: Final = 0.9

_VERBS: Final = tuple(
    f"{verb} "
    for verb in to_words(
        # en de fr es pt it nl
        "follow|like|join|find|subscribe to|connect with|folgen sie|folge|folgt|suivez|retrouvez|rejoignez|"
        "abonnez-vous à|sigue|siga|síguenos|seguí|suscríbete a|únete a|acompanhe|curta|segui|seguite|"
        "iscriviti a|volg|"
        # sv da nb fi pl cs ro hu
        "följ|følg|seuraa|obserwuj|śledź|polub|dołącz do|sledujte|urmăriți|urmărește|kövesse|kövess|"
        # ru uk el tr id vi
        "подписывайтесь на|подпишитесь на|следите за|читайте|підписуйтесь на|підписуйтеся на|ακολουθήστε|"
        "ακολούθησε|takip edin|ikuti|theo dõi"
    )
)
_NETWORKS: Final = (
    "google news|facebook|twitter|instagram|whatsapp|telegram|youtube|tiktok|linkedin|threads|bluesky|"
    "mastodon|flipboard|pinterest|snapchat|viber|discord|reddit|x|вконтакте|одноклассниках|телеграме|дзене|"
    "дзен|facebooku|instagramu|twitterze|facebookban|facebookissa|instagramissa|twitterissä"
)
_ON: Final = "on|at|via|auf|bei|sur|en|no|na|nas|op|på|pe|в|у|во|στο|di|trên|su|w"
_JOINED: Final = "and|und|et|y|e|en|och|og|ja|i|a|și|és|и|та|και|ve|dan|và|or|oder|ou|o|oraz"

# Linear: who is bounded and lazy before one fixed word; every round of the list takes a network, and what may
# stand between two is bounded.
_CALL: Final = re.compile(
    rf".{{1,70}}? (?:{_ON}) (?:our )?(?:{_NETWORKS})"
    rf"(?:(?:\s?[,&/|]\s?|\s(?:{_JOINED})\s|\s)(?:(?:{_ON})\s)?(?:{_NETWORKS}))*"
    r"(?:\s(?:page|channel|kanal|channels))?(?:[ :(]{1,3}@[\w.]{2,30}\)?)?"
)


def find(page: Page) -> Iterator[Span]:
    """Yield ``app_promo`` for each call to follow somebody.

    >>> from cleaners.segment import to_page
    >>> [span.reason for span in find(to_page("Follow Jane Doe on Twitter: @janedoe"))]
    ['app_promo/follow-named']
    >>> list(find(to_page("Follow the trail on Facebook and you will find him.")))
    []
    """
    for i in [i for i, key in enumerate(page.keys) if key.startswith(_VERBS)]:
        if len(page.texts[i]) <= MAX_CHARS and _CALL.fullmatch(page.keys[i]):
            yield page.span(i, "app_promo", reason="app_promo/follow-named", score=SCORE)
