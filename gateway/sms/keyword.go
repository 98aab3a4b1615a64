package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Keyword is what an inbound text asks of the opt-out list.
type Keyword string

// The keywords, by the names that the engine uses.
const (
	None  Keyword = ""
	Stop  Keyword = "stop"
	Help  Keyword = "help"
	Start Keyword = "start"
)

// vocabulary is the words of one language for the three keywords.
type vocabulary struct{ stop, help, start string }

// everywhere holds even where no language is named: the words by which AWS opts
// out (https://docs.aws.amazon.com/sms-voice/latest/userguide/opt-out-list-keywords.html),
// those that 47 CFR 64.1200(a)(10) and the carriers of North America name beside
// them, and those by which the latter opt in again. YES, which some take for START,
// is not among them: it is what flows ask for.
var everywhere = vocabulary{
	stop:  "ARRET CANCEL END OPT-OUT OPTOUT OPT_OUT QUIT REMOVE REVOKE STOP TD UNSUBSCRIBE STOPALL STOP_ALL",
	help:  "HELP",
	start: "START UNSTOP",
}

// vocabularies by ISO 639-1 language. Words are separated by spaces; an
// underscore is a space within a word. Accents and case do not count.
var vocabularies = map[string]vocabulary{
	"ar": {"إيقاف توقف الغاء", "مساعدة", "ابدأ اشتراك"},
	"bg": {"СТОП ОТКАЗ", "ПОМОЩ", "СТАРТ"},
	"cs": {"STOP ZRUSIT KONEC", "POMOC", "START"},
	"da": {"STOP AFMELD FRAMELD", "HJAELP", "START TILMELD"},
	"de": {"STOP STOPP ABMELDEN ABBESTELLEN", "HILFE", "START ANMELDEN"},
	"el": {"ΣΤΟΠ ΔΙΑΓΡΑΦΗ", "ΒΟΗΘΕΙΑ", "ΕΝΑΡΞΗ"},
	"en": {"STOP STOP_PLEASE PLEASE_STOP UNSUBSCRIBE_ME OPT_ME_OUT", "HELP INFO", "START UNSTOP SUBSCRIBE OPT-IN OPTIN"},
	"es": {"ALTO PARAR BAJA CANCELAR DETENER", "AYUDA", "ALTA INICIAR COMENZAR"},
	"fi": {"STOP LOPETA PERUUTA", "APUA OHJE", "ALOITA"},
	"fr": {"ARRET ARRETER DESABONNER DESABONNEMENT", "AIDE", "COMMENCER DEBUT"},
	"he": {"הפסק הסר", "עזרה", "התחל"},
	"hi": {"रोकें बंद", "मदद सहायता", "शुरू"},
	"hu": {"STOP LEIRATKOZAS", "SEGITSEG", "START"},
	"id": {"STOP BERHENTI", "BANTUAN", "MULAI"},
	"it": {"FERMA CANCELLA DISISCRIVI BASTA", "AIUTO", "INIZIA ISCRIVI"},
	"ja": {"停止 配信停止", "ヘルプ", "開始 再開"},
	"ko": {"중지 수신거부", "도움말", "시작"},
	"nb": {"STOPP AVMELD", "HJELP", "START"},
	"nl": {"STOP AFMELDEN UITSCHRIJVEN", "HULP", "START AANMELDEN"},
	"pl": {"STOP REZYGNUJE WYPISZ", "POMOC", "START WZNOW"},
	"pt": {"PARAR PARE SAIR CANCELAR DESCADASTRAR", "AJUDA", "INICIAR COMECAR VOLTAR"},
	"ro": {"STOP DEZABONARE", "AJUTOR", "START"},
	"ru": {"СТОП ОТПИСАТЬСЯ ОТПИСКА", "ПОМОЩЬ СПРАВКА", "СТАРТ ПОДПИСАТЬСЯ"},
	"sv": {"STOPP AVSLUTA AVREGISTRERA", "HJALP", "START STARTA"},
	"th": {"หยุด ยกเลิก", "ช่วยเหลือ", "เริ่ม"},
	"tr": {"IPTAL DUR RET", "YARDIM", "BASLA"},
	"uk": {"СТОП ВІДПИСАТИСЯ", "ДОПОМОГА", "СТАРТ"},
	"vi": {"DUNG HUY", "TRO_GIUP", "BAT_DAU"},
	"zh": {"停止 退订 退訂 取消", "帮助 幫助", "开始 開始 订阅"},
}

// Keywords finds keywords in inbound texts.
type Keywords struct{ words map[string]Keyword }

// NewKeywords makes a finder of the words that hold everywhere and those of the
// languages, by ISO 639-1 code or locale ("pt", "pt_BR"). extra adds words of
// the operator's own; they go before ours. A language that is not known is given
// back.
func NewKeywords(languages []string, extra map[string]Keyword) (*Keywords, []string) {
	k := &Keywords{words: map[string]Keyword{}}
	k.learn(everywhere)
	var unknown []string
	for _, l := range languages {
		code, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(l), "_", "-"), "-")
		v, ok := vocabularies[code]
		if !ok {
			unknown = append(unknown, l)
			continue
		}
		k.learn(v)
	}
	for w, kind := range extra {
		k.words[bare(w)] = kind
	}
	return k, unknown
}

func (k *Keywords) learn(v vocabulary) {
	for _, f := range []struct {
		words string
		kind  Keyword
	}{{v.start, Start}, {v.help, Help}, {v.stop, Stop}} {
		for _, w := range strings.Fields(f.words) {
			k.words[bare(strings.ReplaceAll(w, "_", " "))] = f.kind
		}
	}
}

// longest is more than any keyword has, in octets.
const longest = 80

// Find tells which keyword text is. It must be the whole text, but for its
// case, accents, and the punctuation and space around it: "please stop calling
// it STOP" is no keyword.
func (k *Keywords) Find(text string) Keyword {
	if len(text) > longest {
		return None
	}
	return k.words[bare(text)]
}

// bare brings a word to the form in which it is compared.
func bare(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToUpper(s)) {
		switch {
		case r >= 0x300 && r < 0x370: // accents of Latin, Greek and Cyrillic; Indic marks are letters
		case unicode.IsSpace(r):
			if !strings.HasSuffix(b.String(), " ") {
				b.WriteByte(' ')
			}
		case r == 'Æ':
			b.WriteString("AE")
		case r == 'İ', r == 'ı':
			b.WriteByte('I')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
