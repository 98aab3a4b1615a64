package flow

import (
	"strings"
)

// phoneNumber makes an E.164 number of pressed digits. With a calling code they
// are a national number, a leading trunk 0 dropped where that country has one;
// without, they begin with the calling code themselves.
func phoneNumber(digits, code string) (number, why string) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", "\"" + digits + "\" is not a phone number"
	}
	if code == "" {
		digits = strings.TrimPrefix(digits, "00")
		code = codeOf(digits)
		if code == "" {
			return "", "\"" + digits + "\" does not begin with a country's calling code"
		}
		digits = digits[len(code):]
	} else if code != "1" && code != "39" && code != "378" && code != "225" && code != "242" {
		// Italy, San Marino, Ivory Coast and Congo keep the 0 when called from abroad.
		digits = strings.TrimPrefix(digits, "0")
	} else if code == "1" && len(digits) == 11 {
		digits = strings.TrimPrefix(digits, "1")
	}
	switch n := len(code) + len(digits); {
	case code == "1" && !nanp(digits):
		return "", "\"" + digits + "\" is not a number of the North American plan"
	case len(digits) < 4, n < 7:
		return "", "\"" + digits + "\" is too short for a phone number"
	case n > maxPhoneDigits:
		return "", "\"" + digits + "\" is too long for a phone number"
	}
	return "+" + code + digits, ""
}

// nanp tells whether ten digits can be a number of the North American plan:
// neither area nor exchange begins with 0 or 1.
func nanp(s string) bool {
	return len(s) == 10 && s[0] >= '2' && s[3] >= '2'
}

// codeOf finds the calling code at the start of an international number. ITU-T E.164
func codeOf(digits string) string {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if validCodes[digits[:n]] {
			return digits[:n]
		}
	}
	return ""
}

// callingCode gives the calling code of a country: of "US", "+1" or "1". It is
// "" where there is none.
func callingCode(country string) string {
	country = strings.TrimPrefix(strings.TrimSpace(country), "+")
	if validCodes[country] {
		return country
	}
	return callingCodes[strings.ToUpper(country)]
}

// validCodes are the calling codes that a number may begin with.
var validCodes = func() map[string]bool {
	out := map[string]bool{"800": true, "808": true, "870": true, "878": true, "881": true, "882": true, "883": true, "888": true, "979": true}
	for _, code := range callingCodes {
		out[code] = true
	}
	return out
}()

// callingCodes are the calling codes of countries, by ISO 3166. ITU-T E.164 list
// of assigned country codes.
var callingCodes = readCodes(`
1 US CA AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT VC VG VI
7 RU KZ
20 EG 27 ZA 30 GR 31 NL 32 BE 33 FR 34 ES 36 HU 39 IT VA 40 RO 41 CH 43 AT 44 GB UK GG IM JE 45 DK 46 SE 47 NO SJ BV
48 PL 49 DE 51 PE 52 MX 53 CU 54 AR 55 BR 56 CL 57 CO 58 VE 60 MY 61 AU CC CX 62 ID 63 PH 64 NZ PN 65 SG 66 TH
81 JP 82 KR 84 VN 86 CN 90 TR 91 IN 92 PK 93 AF 94 LK 95 MM 98 IR
211 SS 212 MA EH 213 DZ 216 TN 218 LY 220 GM 221 SN 222 MR 223 ML 224 GN 225 CI 226 BF 227 NE 228 TG 229 BJ
230 MU 231 LR 232 SL 233 GH 234 NG 235 TD 236 CF 237 CM 238 CV 239 ST 240 GQ 241 GA 242 CG 243 CD 244 AO 245 GW
246 IO 247 AC 248 SC 249 SD 250 RW 251 ET 252 SO 253 DJ 254 KE 255 TZ 256 UG 257 BI 258 MZ 260 ZM 261 MG
262 RE YT TF 263 ZW 264 NA 265 MW 266 LS 267 BW 268 SZ 269 KM 290 SH TA 291 ER 297 AW 298 FO 299 GL
350 GI 351 PT 352 LU 353 IE 354 IS 355 AL 356 MT 357 CY 358 FI AX 359 BG 370 LT 371 LV 372 EE 373 MD 374 AM
375 BY 376 AD 377 MC 378 SM 380 UA 381 RS 382 ME 383 XK 385 HR 386 SI 387 BA 389 MK
420 CZ 421 SK 423 LI
500 FK GS 501 BZ 502 GT 503 SV 504 HN 505 NI 506 CR 507 PA 508 PM 509 HT 590 GP BL MF 591 BO 592 GY 593 EC
594 GF 595 PY 596 MQ 597 SR 598 UY 599 CW BQ
670 TL 672 NF AQ HM 673 BN 674 NR 675 PG 676 TO 677 SB 678 VU 679 FJ 680 PW 681 WF 682 CK 683 NU 685 WS 686 KI
687 NC 688 TV 689 PF 690 TK 691 FM 692 MH
850 KP 852 HK 853 MO 855 KH 856 LA 880 BD 886 TW
960 MV 961 LB 962 JO 963 SY 964 IQ 965 KW 966 SA 967 YE 968 OM 970 PS 971 AE 972 IL 973 BH 974 QA 975 BT 976 MN
977 NP 992 TJ 993 TM 994 AZ 995 GE 996 KG 998 UZ`)

// readCodes reads a list of codes, each before its countries.
func readCodes(list string) map[string]string {
	out := map[string]string{}
	code := ""
	for _, word := range strings.Fields(list) {
		if word[0] <= '9' {
			code = word
		} else {
			out[word] = code
		}
	}
	return out
}
