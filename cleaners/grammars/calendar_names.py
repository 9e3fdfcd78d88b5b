"""Names of months and weekdays in the languages of the news, as folded words.

Each entry lists twelve months (or seven days, Monday first); spellings, cases and short forms of
one name are parted by ``/``. Month ``0`` is a month of a calendar that is not converted: known,
so that it can be cut from a clock that prints the same day in several calendars.
"""

from __future__ import annotations

from typing import Final
from unicodedata import normalize

_MONTHS: Final = {
    "en": "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug "
    "september/sept/sep october/oct november/nov december/dec",
    "de": "januar/jänner/jan februar/feber/feb märz/mär/mrz april/apr mai juni/jun juli/jul august/aug "
    "september/sep oktober/okt november/nov dezember/dez",
    "fr": "janvier/janv février/fevrier/févr/fév mars avril/avr mai juin juillet/juil août/aout "
    "septembre/sept octobre/oct novembre/nov décembre/decembre/déc",
    "es": "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
    "septiembre/setiembre/sep/sept/set octubre/oct noviembre/nov diciembre/dic",
    "pt": "janeiro/jan fevereiro/fev março/marco/mar abril/abr maio/mai junho/jun julho/jul agosto/ago "
    "setembro/set outubro/out novembro/nov dezembro/dez",
    "it": "gennaio/gen febbraio/feb marzo/mar aprile/apr maggio/mag giugno/giu luglio/lug agosto/ago "
    "settembre/set/sett ottobre/ott novembre/nov dicembre/dic",
    "nl": "januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug "
    "september/sep oktober/okt november/nov december/dec",
    "sv": "januari/jan februari/feb mars april/apr maj juni/jun juli/jul augusti/aug "
    "september/sep oktober/okt november/nov december/dec",
    "da": "januar/jan februar/feb marts april/apr maj/mai juni/jun juli/jul august/aug "
    "september/sep oktober/okt november/nov december/desember/dec/des",
    "is": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember",
    "fi": "tammikuuta/tammikuu/tammi helmikuuta/helmikuu/helmi maaliskuuta/maaliskuu/maalis "
    "huhtikuuta/huhtikuu/huhti toukokuuta/toukokuu/touko kesäkuuta/kesäkuu/kesä heinäkuuta/heinäkuu/heinä "
    "elokuuta/elokuu/elo syyskuuta/syyskuu/syys lokakuuta/lokakuu/loka marraskuuta/marraskuu/marras "
    "joulukuuta/joulukuu/joulu",
    "et": "jaanuar/jaan veebruar/veebr märts aprill mai juuni juuli august september/sept oktoober/okt "
    "november/nov detsember/dets",
    "lv": "janvāris/janvārī/janv februāris/februārī/febr marts/martā aprīlis/aprīlī maijs/maijā "
    "jūnijs/jūnijā jūlijs/jūlijā augusts/augustā septembris/septembrī oktobris/oktobrī novembris/novembrī "
    "decembris/decembrī",
    "lt": "sausio/sausis vasario/vasaris kovo/kovas balandžio/balandis gegužės/gegužė birželio/birželis "
    "liepos/liepa rugpjūčio/rugpjūtis rugsėjo/rugsėjis spalio/spalis lapkričio/lapkritis "
    "gruodžio/gruodis",
    "pl": "stycznia/styczeń/sty lutego/luty/lut marca/marzec/mar kwietnia/kwiecień/kwi maja/maj "
    "czerwca/czerwiec/cze lipca/lipiec/lip sierpnia/sierpień/sie września/wrzesień/wrz "
    "października/październik/paź listopada/listopad/lis grudnia/grudzień/gru",
    "cs": "ledna/leden února/únor března/březen dubna/duben května/květen června/červen "
    "července/červenec srpna/srpen září října/říjen listopadu/listopad prosince/prosinec",
    "sk": "januára/január februára/február marca/marec apríla/apríl mája/máj júna/jún júla/júl "
    "augusta/august septembra/september októbra/október novembra/november decembra/december",
    "sl": "januarja februarja marca aprila maja junija julija avgusta/avgust septembra oktobra novembra "
    "decembra",
    "hr": "siječnja/siječanj veljače/veljača ožujka/ožujak travnja/travanj svibnja/svibanj lipnja/lipanj "
    "srpnja/srpanj kolovoza/kolovoz rujna/rujan - studenoga/studenog/studeni prosinca/prosinac",
    "sr": "јануар/јануара/januara фебруар/фебруара/februara март/марта/marta април/априла/aprila мај/маја "
    "јун/јуна/juna јул/јула/jula август/августа/avgusta септембар/септембра/septembar "
    "октобар/октобра/oktobar новембар/новембра/novembar децембар/децембра/decembar",
    "hu": "január/jan február/febr március/márc április/ápr május/máj június/jún július/júl "
    "augusztus/aug szeptember/szept október/okt november/nov december/dec",
    "ro": "ianuarie/ian februarie/feb martie/mar aprilie/apr mai iunie/iun iulie/iul august/aug "
    "septembrie/sept octombrie/oct noiembrie/noi decembrie/dec",
    "ca": "gener/gen febrer/febr març abril/abr maig juny/jun juliol/jul agost setembre/set octubre/oct "
    "novembre/nov desembre/des",
    "tr": "ocak/oca şubat/şub mart nisan/nis mayıs haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki "
    "kasım/kas aralık/ara",
    "ru": "января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн "
    "июля/июль/июл августа/август/авг сентября/сентябрь/сен/сент октября/октябрь/окт "
    "ноября/ноябрь/ноя/нояб декабря/декабрь/дек",
    "uk": "січня/січень/січ лютого/лютий/лют березня/березень/бер квітня/квітень/кві травня/травень/тра "
    "червня/червень/чер липня/липень/лип серпня/серпень/сер вересня/вересень/вер жовтня/жовтень/жов "
    "листопада/листопад/лис грудня/грудень/гру",
    "be": "студзеня лютага сакавіка красавіка траўня/мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада "
    "снежня",
    "bg": "януари/ян февруари/февр март април/апр май юни юли август/авг септември/септ октомври/окт "
    "ноември/ноем декември/дек",
    "el": "ιανουαρίου/ιανουάριος/ιαν φεβρουαρίου/φεβρουάριος/φεβ μαρτίου/μάρτιος/μαρ "
    "απριλίου/απρίλιος/απρ μαΐου/μάιος/μαΐ ιουνίου/ιούνιος/ιουν ιουλίου/ιούλιος/ιουλ "
    "αυγούστου/αύγουστος/αυγ σεπτεμβρίου/σεπτέμβριος/σεπ οκτωβρίου/οκτώβριος/οκτ "
    "νοεμβρίου/νοέμβριος/νοε δεκεμβρίου/δεκέμβριος/δεκ",
    "id": "januari/jan februari/feb maret/mar april/apr mei juni/jun juli/jul agustus/agu/agt "
    "september/sep oktober/okt november/nov desember/des",
    "ms": "januari februari mac april mei jun julai ogos september oktober november disember/dis",
    "tl": "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "ar": "يناير/جانفي/كانون_الثاني فبراير/فيفري/شباط مارس/آذار أبريل/ابريل/إبريل/أفريل/نيسان مايو/ماي/أيار "
    "يونيو/يونية/جوان/حزيران يوليو/يولية/جويلية/تموز أغسطس/اغسطس/أوت/آب سبتمبر/أيلول "
    "أكتوبر/اكتوبر/تشرين_الأول نوفمبر/تشرين_الثاني ديسمبر/كانون_الأول",
    "fa": "ژانویه فوریه مارس آوریل مه/می ژوئن ژوئیه/جولای اوت/آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "he": "ינואר/בינואר פברואר/בפברואר מרץ/מרס/במרץ אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי "
    "אוגוסט/באוגוסט ספטמבר/בספטמבר אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר",
    "hi": "जनवरी फरवरी/फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
    "bn": "জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট/আগষ্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "th": "มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค "
    "กันยายน/ก.ย ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค",
}

_WEEKDAYS: Final = {
    "en": "monday/mon tuesday/tue/tues wednesday/wed thursday/thu/thur/thurs friday/fri saturday/sat "
    "sunday/sun",
    "de": "montag/mo dienstag/di mittwoch/mi donnerstag/do freitag/fr samstag/sonnabend/sa sonntag/so",
    "fr": "lundi/lun mardi/mar mercredi/mer jeudi/jeu vendredi/ven samedi/sam dimanche/dim",
    "es": "lunes martes miércoles/miercoles/mié jueves/jue viernes/vie sábado/sabado/sáb domingo/dom",
    "pt": "segunda-feira/segunda terça-feira/terça quarta-feira/quarta quinta-feira/quinta "
    "sexta-feira/sexta sábado domingo",
    "it": "lunedì martedì mercoledì giovedì/gio venerdì sabato/sab domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "sv": "måndag tisdag onsdag torsdag fredag lördag söndag",
    "da": "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "fi": "maanantai/maanantaina tiistai/tiistaina keskiviikko/keskiviikkona torstai/torstaina "
    "perjantai/perjantaina lauantai/lauantaina sunnuntai/sunnuntaina",
    "pl": "poniedziałek wtorek środa/środę czwartek piątek sobota/sobotę niedziela/niedzielę",
    "cs": "pondělí úterý středa/středu čtvrtek pátek sobota/sobotu neděle/neděli",
    "hr": "ponedjeljak/ponedeljak utorak srijeda/sreda četvrtak petak subota nedjelja/nedelja",
    "hu": "hétfő kedd szerda csütörtök péntek szombat vasárnap",
    "ro": "luni marți/marti miercuri joi vineri sâmbătă/sambata duminică/duminica",
    "tr": "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
    "ru": "понедельник/пн вторник/вт среда/среду/ср четверг/чт пятница/пятницу/пт суббота/субботу/сб "
    "воскресенье/вс",
    "uk": "понеділок вівторок середа/середу четвер п'ятниця/п'ятницю субота/суботу неділя/неділю",
    "bg": "понеделник вторник сряда четвъртък петък събота неделя",
    "el": "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή",
    "id": "senin selasa rabu kamis jumat/jum'at sabtu minggu",
    "vi": "thứ_hai thứ_ba thứ_tư thứ_năm thứ_sáu thứ_bảy chủ_nhật",
    "ar": "الاثنين/الإثنين الثلاثاء الأربعاء/الاربعاء الخميس الجمعة السبت الأحد/الاحد",
    "fa": "دوشنبه سه‌شنبه/سه_شنبه چهارشنبه پنجشنبه/پنج‌شنبه جمعه شنبه یکشنبه/یک‌شنبه",
    "he": "יום_שני יום_שלישי יום_רביעי יום_חמישי יום_שישי שבת יום_ראשון",
    "hi": "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार",
    "bn": "সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার",
    "th": "วันจันทร์/จันทร์/วันจันทร์ที่ วันอังคาร/อังคาร/วันอังคารที่ วันพุธ/พุธ/วันพุธที่ "
    "วันพฤหัสบดี/พฤหัสบดี/วันพฤหัสบดีที่ วันศุกร์/ศุกร์/วันศุกร์ที่ วันเสาร์/เสาร์/วันเสาร์ที่ วันอาทิตย์/อาทิตย์/วันอาทิตย์ที่",
    "ja": "月曜日/月曜/月/星期一/周一 火曜日/火曜/火/星期二/周二 水曜日/水曜/水/星期三/周三 "
    "木曜日/木曜/木/星期四/周四 金曜日/金曜/金/星期五/周五 土曜日/土曜/土/星期六/周六 "
    "日曜日/日曜/日/星期日/星期天/周日",
    "ko": "월요일/월 화요일/화 수요일/수 목요일/목 금요일/금 토요일/토 일요일/일",
}

_JALALI: Final = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
_UNCONVERTED: Final = (
    "বৈশাখ জ্যৈষ্ঠ আষাঢ় শ্রাবণ ভাদ্র আশ্বিন কার্তিক অগ্রহায়ণ পৌষ মাঘ ফাল্গুন চৈত্র মহররম সফর জিলকদ জিলহজ রমজান শাওয়াল "
    "محرم صفر رجب شعبان رمضان شوال ذو_القعدة ذو_الحجة ذی_القعده ذی_الحجه"
)


def to_name(text: str) -> str:
    """Return the form in which names are compared: case folded, one code point order for each letter.

    >>> to_name("JUILLET")
    'juillet'
    """
    return text.casefold() if text.isascii() else normalize("NFC", text.casefold())


def _index(names: dict[str, str]) -> dict[str, int]:
    """Return each spelling's number from 1; where languages disagree the first one listed has it."""
    index: dict[str, int] = {}
    for line in names.values():
        for number, spellings in enumerate(line.split(), start=1):
            for spelling in spellings.split("/"):
                index.setdefault(to_name(spelling.replace("_", " ")), number)
    index.pop("-", None)
    return index


MONTHS: Final[dict[str, int]] = _index(_MONTHS)
"""Folded name of a Gregorian month: its number."""
JALALI_MONTHS: Final[dict[str, int]] = _index({"fa": _JALALI})
"""Folded name of a month of the Iranian calendar: its number."""
UNCONVERTED_MONTHS: Final = frozenset(_index({"": _UNCONVERTED}))
"""Folded names of months of the Bengali and the Islamic lunar calendar."""
WEEKDAYS: Final = frozenset(_index(_WEEKDAYS))
"""Folded names of weekdays."""
