"""What class, id, role and itemprop words say about a line. The words are data, in one table."""

from __future__ import annotations

from typing import Final

_STRONG, _FAIR, _WEAK = 1.0, 0.75, 0.5

_TABLE: Final = {
    ("nav", _STRONG): (
        "nav navbar navigation menu menubar submenu megamenu topnav subnav sitenav mainnav navi navlinks "
        "skiplink skipto hamburger offcanvas masthead contentinfo sitemap topbar mobilemenu langswitcher"
    ),
    ("nav", _FAIR): (
        "banner toolbar search searchform searchbox dropdown sronly screenreader visuallyhidden offscreen "
        "backtotop logo branding"
    ),
    ("breadcrumb", _STRONG): "breadcrumb breadcrumbs crumbs crumb breadcrumblist ariadne",
    ("legal", _STRONG): ("footer colophon sitefooter pagefooter imprint impressum footnav footerlinks"),
    ("share", _STRONG): (
        "share sharing sharebar sharebuttons sharelinks addthis addtoany sharethis socialshare "
        "shareaholic sharedaddy shariff sharer"
    ),
    ("share", _FAIR): "social socials socialmedia follow tweet whatsapp pinterest permalink",
    ("print", _STRONG): "print printer printfriendly emailthis",
    ("font_size", _STRONG): "fontsize textsize fontresize",
    ("related", _STRONG): (
        "related relatedposts relatedarticles relatednews recommend recommended recommendation "
        "recommendations recirc recirculation youmaylike alsolike readalso readnext outbrain taboola "
        "zergnet crosslinks morenews morestories"
    ),
    ("related", _FAIR): (
        "sidebar rail teaser teasers aside complementary upsell promobox nextpost "
        "prevpost similar suggested suggestions latest recent headlines carousel slider"
    ),
    ("trending", _STRONG): ("trending popular mostread mostpopular mostviewed topstories bestseller ranking"),
    ("newsletter", _STRONG): (
        "newsletter newsletters newslettersignup mailchimp signup subscribe subscription subscribeform "
        "optin leadmagnet mailinglist"
    ),
    ("paywall", _STRONG): "paywall piano regwall meter metered premiumwall loginwall subscriptionwall",
    ("paywall", _FAIR): "login signin register registration account",
    ("cookie", _STRONG): (
        "cookie cookies consent gdpr ccpa onetrust cookiebot didomi quantcast usercentrics cookiebar "
        "cookiebanner cookienotice borlabs iubenda klaro"
    ),
    ("ad", _STRONG): (
        "ad ads advert adverts advertisement advertising adsense adslot adunit adbox adcontainer dfp gpt "
        "sponsor sponsors sponsored anzeige werbung publicidad publicite reklama paidcontent"
    ),
    ("ad", _FAIR): ("promo promotion promos promoted affiliate cta calltoaction commercial banner"),
    ("app_promo", _STRONG): "appbanner smartbanner apppromo appstore getapp",
    ("donation", _STRONG): "donate donation donations fundraising patreon kofi",
    ("poll", _STRONG): "poll polls polldaddy rating ratings starrating survey",
    ("comment", _STRONG): (
        "comment comments commentlist commentform disqus respond discussion commentary livefyre "
        "commentbody commentcontent replies"
    ),
    ("pagination", _STRONG): (
        "pagination paginator pager pagenavi pagenavigation pagelinks postnavigation prevnext navlinks"
    ),
    ("counter", _STRONG): "counter viewcount sharecount likecount viewscount readtime readingtime",
    ("player", _STRONG): ("player videoplayer audioplayer jwplayer vjs videojs playlist plyr brightcove"),
    ("copyright", _FAIR): "copyright copyrights",
    ("disclaimer", _STRONG): "disclaimer disclosure",
    ("read_more", _STRONG): "readmore keepreading morelink",
    ("boilerplate", _FAIR): (
        "modal popup lightbox overlay tooltip alert notification notice infobox authorbox authorbio "
        "aboutauthor bio biography toc tableofcontents noprint"
    ),
    ("boilerplate", _WEAK): "header widget widgets meta actions controls buttons button links metadata info",
}

BOX_WORDS: Final = {
    word: (label, score) for (label, score), words in reversed(_TABLE.items()) for word in words.split()
}
"""Word to label and score; a word in two rows means what the upper one says."""

BODY_WORDS: Final = frozenset(
    [
        "articlebody",
        "articlecontent",
        "articletext",
        "bodycontent",
        "contentbody",
        "entrycontent",
        "maincontent",
        "postbody",
        "postcontent",
        "storybody",
        "storycontent",
        "storytext",
        "pagecontent",
        "article",
        "story",
    ]
)
BYLINE_WORDS: Final = frozenset(
    {"byline", "author", "authors", "authorname", "vcard", "contributor", "contributors", "writer"}
)
DATE_WORDS: Final = frozenset(
    [
        "date",
        "dateline",
        "datetime",
        "time",
        "timestamp",
        "published",
        "publish",
        "pubdate",
        "posted",
        "postdate",
        "entrydate",
        "updated",
        "modified",
    ]
)
UPDATE_WORDS: Final = frozenset({"updated", "modified", "lastmodified", "update"})
TAG_WORDS: Final = frozenset(
    {"tags", "tag", "keywords", "topics", "tagcloud", "taglist", "posttags", "articletags"}
)
SECTION_WORDS: Final = frozenset(
    {"kicker", "eyebrow", "category", "categories", "rubric", "overline", "channel", "topic"}
)
CREDIT_WORDS: Final = frozenset(
    {"credit", "credits", "photocredit", "imagecredit", "photographer", "imagesource", "copyright"}
)
CAPTION_WORDS: Final = frozenset({"caption", "captions", "figcaption", "imagecaption", "captiontext"})
