"""Find lines that only count: likes, shares, views, comments, minutes of reading, player times.

In the wild: ``3 likes``, ``1.2K shares``, ``Post comments: 0 Comments``, ``5 min read``, ``12 комментариев``,
``0:45 / 3:20``.
Left alone: every number with another unit ("3 goals", "5 km"), prices, years, table cells; bare
minutes but for one line of the head ("5 min" in a recipe is no reading time).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleaners.grammars.wording import to_words
from cleaners.layout import first_prose
from cleaners.segment import fold
from cleaners.values import Page, Span

MAX_COUNTER_CHARS: Final = 60

_UNITS: Final = (
    # en
    "like|likes|share|shares|shared|view|views|total views|page views|pageviews|comment|comments|"
    "reply|replies|reaction|reactions|retweet|retweets|tweets|repost|reposts|clap|claps|vote|votes|"
    "upvotes|read|reads|people like this|times shared|times read|post views|post comments|min read|"
    "mins read|minute read|minutes read|minutes to read|min. read|minute reading time|"
    "min reading time|reading time|read time|estimated reading time|est. reading time|"
    "estimated read time|time to read|mins|no. of comments|number of comments|show comments|"
    "view comments|load comments|read comments|all comments|"
    # de fr es pt it
    "kommentar|kommentare|gefällt mir|aufrufe|lesezeit|min. lesezeit|min lesezeit|minuten lesezeit|"
    "geteilt|min. lesedauer|lesedauer|mal gelesen|mal geteilt|ansichten|commentaire|commentaires|"
    "partage|partages|j'aime|vues|min de lecture|minutes de lecture|minute de lecture|"
    "temps de lecture|min. de lecture|réactions|réaction|lecture|comentario|comentarios|"
    "compartidos|me gusta|vistas|visitas|min de lectura|minutos de lectura|minuto de lectura|"
    "tiempo de lectura|lecturas|min. de lectura|comentário|comentários|compartilhamentos|curtidas|"
    "visualizações|visualização|min de leitura|minutos de leitura|minuto de leitura|"
    "tempo de leitura|min. de leitura|partilhas|commento|commenti|condivisioni|mi piace|"
    "visualizzazioni|min di lettura|minuti di lettura|minuto di lettura|tempo di lettura|letture|"
    # nl sv da no fi
    "reactie|reacties|opmerkingen|keer gedeeld|weergaven|leestijd|min leestijd|minuten leestijd|"
    "min. leestijd|kommentarer|delningar|gilla|visningar|lästid|min läsning|minuters läsning|"
    "delinger|læsetid|lesetid|min lesetid|min. læsetid|kommenttia|kommentti|tykkäystä|jakoa|"
    "lukuaika|"
    # pl cs sk hu ro
    "komentarz|komentarze|komentarzy|udostępnień|polubień|wyświetleń|odsłon|min czytania|"
    "minut czytania|czas czytania|minuty czytania|komentář|komentáře|komentářů|zobrazení|sdílení|"
    "min čtení|minut čtení|doba čtení|komentárov|zdieľaní|hozzászólás|megtekintés|megosztás|"
    "perc olvasás|perc|olvasási idő|comentariu|comentarii|vizualizări|distribuiri|min de citit|"
    "minute de citit|timp de citire|"
    # ru uk bg sr hr sl
    "комментарий|комментария|комментариев|просмотр|просмотра|просмотров|лайк|лайка|лайков|репост|"
    "репостов|мин чтения|мин. чтения|минут чтения|минуты чтения|минута чтения|время чтения|"
    "время на чтение|поделились|прочтений|комментарии|просмотры|коментар|коментарі|коментарів|"
    "переглядів|перегляди|хв читання|хвилин читання|час читання|коментара|споделяния|прегледа|"
    "прегледи|мин четене|komentara|komentari|pregleda|dijeljenja|min čitanja|komentarjev|ogledov|"
    # el tr id vi
    "σχόλια|σχόλιο|προβολές|κοινοποιήσεις|λεπτά ανάγνωσης|χρόνος ανάγνωσης|yorum|beğeni|paylaşım|"
    "görüntülenme|görüntüleme|okunma|dk okuma|dakika okuma|dk okuma süresi|okuma süresi|komentar|"
    "suka|dibagikan|dilihat|kali dilihat|menit baca|menit membaca|waktu baca|bình luận|lượt xem|"
    "lượt thích|chia sẻ|phút đọc|lượt chia sẻ|"
    # ar fa he hi bn th
    "تعليق|تعليقات|مشاهدة|مشاهدات|إعجاب|مشاركة|مشاركات|دقائق|دقائق قراءة|دقيقة قراءة|وقت القراءة|"
    "زيارة|نظر|دیدگاه|بازدید|لایک|دقیقه مطالعه|زمان مطالعه|תגובות|תגובה|צפיות|שיתופים|לייקים|"
    "דקות קריאה|זמן קריאה|टिप्पणी|टिप्पणियां|टिप्पणियाँ|व्यूज|लाइक|शेयर|मिनट में पढ़ें|মন্তব্য|ভিউ|"
    "শেয়ার|লাইক|মিনিটে পড়ুন|ความคิดเห็น|ครั้ง|แชร์|ถูกใจ|จำนวนผู้เข้าชม|"
    # ja zh ko
    "件のコメント|コメント|いいね|シェア|回視聴|閲覧|分で読めます|分で読める|この記事は約|約|"
    "読了時間|読了目安|条评论|评论|次阅读|阅读|人阅读|阅读量|阅读数|浏览|次浏览|浏览量|点赞|赞|"
    "转发|分享|收藏|播放|次播放|跟贴|人参与|則留言|留言|瀏覽|人氣|點閱|次觀看|觀看次數|댓글|좋아요|"
    "공유|조회|조회수|추천|공감|개의 댓글|분 읽기|읽는 시간|개"
)
_BARE_MINUTES: Final = frozenset(
    to_words("min|mins|minute|minutes|minuten|minutos|minuti|мин|минут|хв|分|分钟|分鐘|분|dk|דקות")
)
_WEAK: Final = _BARE_MINUTES | frozenset(
    ("read", "約", "개", "perc", "ครั้ง", "lecture", "mins", "דקות", "دقائق", "시청", "mal gelesen")
)
"""Units that count only together with another one, or that a story may count as well."""
UNITS: Final = frozenset(fold(unit) for unit in _UNITS.split("|"))
# How a line in ASCII with a unit begins or ends; half of all lines with a number fail this.
_EDGES_OF_UNITS: Final = (
    frozenset(f"{unit}{end}"[:4] for unit in (*UNITS, *_BARE_MINUTES) for end in (" ", "0", ":", ""))
    | frozenset(f"{start}{unit}"[-4:] for unit in (*UNITS, *_BARE_MINUTES) for start in (" ", "0", ""))
    | {"0:0 ", "0:0/", "0:0:"}
)
_KNOWN: Final = UNITS | _BARE_MINUTES

# Linear: digits and separators of one number, then one bounded suffix.
_NUMBER: Final = re.compile(
    r"0(?:\s0)*(?:\s?(?:k|m|b|mil|mln|mio|tis|tys|тыс|млн|тис|rb|jt|万|萬|千|만|천|bin|tsd)\b\.?)?\+?"
)
# Linear: anchored, fixed shape.
_PLAYER_TIME: Final = re.compile(r"0:0(?::0)?\s?/\s?-?0:0(?::0)?")
# Linear: one character class.
_EDGES: Final = " :()[]|·•,.-–/+~："


def find(page: Page) -> Iterator[Span]:
    r"""Yield ``counter`` for each line of numbers and counting words only.

    >>> from cleaners.segment import to_page
    >>> [s.reason for s in find(to_page("1.2K shares\nReading time: 1 mins read\n3 goals\n0:45 / 3:20"))]
    ['counter/units', 'counter/units', 'counter/player-time']
    """
    candidates = [
        i for i, key in enumerate(page.keys) if "0" in key and len(key) < MAX_COUNTER_CHARS and key != "0"
    ]
    minutes = []
    for i in candidates:
        key = page.keys[i]
        if key.isascii() and key[:4] not in _EDGES_OF_UNITS and key[-4:] not in _EDGES_OF_UNITS:
            continue
        if _PLAYER_TIME.fullmatch(key):
            yield page.span(i, "counter", reason="counter/player-time", score=0.9)
            continue
        words = [word for word in (piece.strip(_EDGES) for piece in _NUMBER.split(key)) if word]
        if len(words) == 1 and words[0] in _BARE_MINUTES:
            minutes.append(i)
        elif words and not _WEAK.issuperset(words) and _KNOWN.issuperset(words):
            yield page.span(i, "counter", reason="counter/units", score=0.95)
    if len(minutes) == 1 and minutes[0] < first_prose(page) < len(page.texts):
        yield page.span(minutes[0], "counter", reason="counter/minutes", score=0.6)
